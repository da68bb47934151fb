# %% [markdown]
# # Start here: what an LSTM returns
#
# An LSTM layer reads a sequence, one time step after the other, and computes two vectors at each
# step: a hidden state `h` and a cell state `c`. Which of them come back from the layer, in which
# shape, depends on two arguments, `return_sequences` and `return_state`. This series answers, for
# every setting: which arrays come back, what does each one hold, and what is it for?
#
# **You will be able to**
#
# - choose the lesson that answers your question;
# - start a notebook in Colab, in JupyterLab or on Binder;
# - say how predictions and exercises work.
#
# **Time:** 5 minutes. **Builds on:** nothing.

# %%
# @title Setup: run this cell first (does this machine have what the lessons need?)
from lstm_outputs.selftest import check_machine

check_machine()

# %% [markdown]
# Does a line say *too old*? Keras 2 and older return other things in places, and some of the calls
# in the lessons do not exist there. So the lessons stop with a clear word on anything older than
# Keras 3. TensorFlow 2.16 and newer bring it along.
#
# ## The picture of the series
#
# You will see this picture again and again. Here is an LSTM that reads a sequence of four steps.
# The layer is drawn once for each step. Before you read on: which circles come back?

# %%
# @title Setup: the picture
from lstm_outputs.pictures.rollout import draw_rollout
from lstm_outputs.pictures.show import show

# %%
show(*draw_rollout(timesteps=4, units=16, return_sequences=True, return_state=True))

# %% [markdown]
# Filled circles come back. Here both arguments are on. So every `h` comes back, and once more the
# last `h`, and the last `c`. That makes three arrays. Their shapes stand beside them. `None` is the
# number of sequences, which is not known before data arrives.
#
# ## The map
#
# Every title opens its notebook in Colab. In JupyterLab, open the file of the same number.
#
# | lesson | the question it answers | minutes |
# |---|---|---|
# | [01 The reversed-sequence dataset][01] | What do the three axes of the data count? | 15 |
# | [02 Inside the LSTM][02] | What are `h` and `c`, and what do units mean? | 20 |
# | [03 The last hidden state][03] | What comes back when both arguments are off? | 15 |
# | [04 All hidden states][04] | What does `return_sequences` change? | 15 |
# | [05 The last state, and the states][05] | What does `return_state` add? | 15 |
# | [06 All states][06] | What comes back when both arguments are on? | 15 |
# | [07 Building on LSTMs][07] | What do other layers do with these arrays? | 20 |
# | [08 Encoder and decoder][08] | How is the task solved? | 20 |
# | [09 What goes wrong][09] | What do the error messages mean? | 20 |
# | [10 The fast path on a GPU][10] | Which arguments make a layer slow? | 15 |
# | [11 Explorer, reference, quiz][11] | What does any layer return, at a glance? | 20 |
#
# [01]: colab:notebooks/01_dataset.ipynb
# [02]: colab:notebooks/02_inside_the_lstm.ipynb
# [03]: colab:notebooks/03_last_hidden_state.ipynb
# [04]: colab:notebooks/04_all_hidden_states.ipynb
# [05]: colab:notebooks/05_last_state_and_states.ipynb
# [06]: colab:notebooks/06_all_states.ipynb
# [07]: colab:notebooks/07_building_on_lstms.ipynb
# [08]: colab:notebooks/08_encoder_decoder.ipynb
# [09]: colab:notebooks/09_what_goes_wrong.ipynb
# [10]: colab:notebooks/10_gpu_fast_path.ipynb
# [11]: colab:notebooks/11_summary.ipynb
#
# | you want | go to |
# |---|---|
# | the whole of it | 01 to 11, one or two a day |
# | only the four output modes | 01, then 03 to 06 |
# | to look something up | 11 |
# | to understand an error message | 09 |
#
# ## What to know first
#
# - Python: functions, lists, tuples, loops.
# - NumPy: arrays, their `shape`, and an index like `X[:, -1]`.
# - You need to know nothing about neural networks. Matrix multiplication helps in lesson 02.
#
# ## How to run it
#
# **In Colab.** Click a title above, or the badge at the top of a notebook. Nothing is to be
# installed. *Runtime → Run all* runs it; a click on the arrow beside a cell runs that cell. You
# need a Google account, and your changes are kept if you save a copy.
#
# **On Binder.** [Open this page on Binder](binder:notebooks/00_start_here.ipynb). No account is
# needed, but the first start takes some minutes, and nothing is kept.
#
# **On your own machine, in JupyterLab.** With Python 3.11, 3.12 or 3.13 and git, in a terminal:
#
# ```bash
# git clone https://github.com/PUBLIC_REPOSITORY course
# cd course
# python3 -m venv .venv
# .venv/bin/pip install jupyterlab -r binder/requirements.txt
# .venv/bin/jupyter lab notebooks
# ```
#
# On Windows, write `.venv\Scripts` for `.venv/bin`, and `py` for `python3`.
#
# If you have the repository of the instructors, which has a `Makefile`, one command does all this:
# `make lab`.
#
# In every place: a cell runs with Shift and Enter. Run the cells from the top down, for each one
# builds on those before it. The cells that begin with *Setup* are folded. You need not read them.
#
# ## How predictions work
#
# Before most results you are asked to predict a shape. Write it in place of the three dots, and run
# the cell:
#
# ```python
# prediction = ...         # before
# prediction = (2, 3)      # after
# ```
#
# - The check says whether it is written as a shape, and what a wrong one may come from.
# - It never gives away the answer. The next cell shows it.
# - Where several arrays come back, write a tuple of shapes: `((2, 3), (4,))`.
# - A size that is not known yet is written `None`.
# - Nothing is graded, and a notebook runs through without your predictions too. But they are what
#   you learn most from, the wrong ones above all.
#
# ## How the exercises work
#
# | exercise | it follows | points |
# |---|---|---|
# | [Problem set 0](colab:release/ps0/ps0.ipynb): how to hand in | this page | 1 |
# | [Problem set 1](colab:release/ps1/ps1.ipynb): the dataset and a first layer | lesson 01 | 20 |
# | [Problem set 2](colab:release/ps2/ps2.ipynb): the last hidden state | lesson 03 | 20 |
# | [Problem set 3](colab:release/ps3/ps3.ipynb): all hidden states | lesson 04 | 20 |
# | [Problem set 4](colab:release/ps4/ps4.ipynb): the states | lesson 05 | 20 |
# | [Problem set 5](colab:release/ps5/ps5.ipynb): both flags and stacked layers | lesson 07 | 20 |
# | [Problem set 6](colab:release/ps6/ps6.ipynb): the encoder and the decoder | lesson 08 | 20 |
#
# An exercise looks like a lesson, without the answers. You write an answer in place of the three
# dots and run the check under it. At the end you run all cells from the top, save, and hand in the
# file, where your instructor asks for it. There it is graded.
#
# ## What you have learned
#
# - Two arguments, `return_sequences` and `return_state`, decide what comes back.
# - In the picture, what comes back is filled, and its arrow is thick.
# - Predict first, then run.
#
# **A question to take along.** With both arguments on, three arrays came back in the picture. How
# many do you expect with both off?
#
# <details><summary>Answer</summary>
#
# One. Which one, and in which shape, is the topic of lesson 03.
#
# </details>
#
# **Read on**
#
# - Lesson 01, *The reversed-sequence dataset*: the task of the whole series.
# - Hochreiter and Schmidhuber, *Long Short-Term Memory* (1997): the paper that started it.
# - The Keras guide *Working with RNNs*.
