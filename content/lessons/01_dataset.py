# %% [markdown]
# # placeholder
#
# x

# %%
# @title Setup: run this cell first
import numpy as np

from lstm_outputs.dataset import create_dataset

# %%
create_dataset(3, 2, 4, 10)[0].shape
