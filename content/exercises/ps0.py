# ---
# jupyter:
#   points: 1
# ---
# %% [markdown]
# # Problem set 0: how to hand in
#
# **1 point, about 10 minutes.** It needs nothing from the lessons. You practice what every problem
# set asks of you: open, answer, check, save, download, hand in. The question is small on purpose.
#
# A notebook is made of *cells*. Some hold text, like this one. Others hold code. To run a
# cell, click into it and press Shift and Enter.
#
# ## Step 1: open and run the setup
#
# **In Colab** (you need a Google account):
#
# | do this | you see |
# |---|---|
# | click the badge *Open in Colab* under the title | this notebook on a page of Colab |
# | choose *File → Save a copy in Drive* | a new tab with your own copy, *Copy of ps0.ipynb* |
# | go on in that tab, and run the folded cell below | under the cell: *Ready.* |
#
# A folded cell shows its title only: click the arrow beside it. Before the first cell runs, Colab
# may warn you that Google did not write this notebook. Choose *Run anyway*.
#
# Without a copy of your own, your answers are gone when you close the page.
#
# **In JupyterLab:** open `ps0.ipynb` from the list of files on the left. A folded cell shows as
# three dots: click beside them and press Shift and Enter. While a cell runs, `[*]` stands
# left of it. When it is done, a number stands there: `[1]`.

# %% locked="ps0_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import show_log_lines_as_output
from lstm_outputs.forms import check_form

show_log_lines_as_output()
print("Ready.")

# %% [markdown]
# ## Step 2: answer
#
# Here is an array with two axes. What is its shape?
#
# ```python
# np.array([[7, 0, 7, 1, 9],
#           [5, 2, 0, 8, 6],
#           [1, 6, 4, 3, 2]])
# ```
#
# The first size counts the rows, the second one the columns. In the cell below, replace the
# three dots by the two sizes. Write them as a tuple, like `(7, 9)`. Then run the cell. It prints
# nothing, and that is right.

# %% answer="ps0_shape"
array_shape = ...
### BEGIN SOLUTION
array_shape = (3, 5)
### END SOLUTION

# %% [markdown]
# ## Step 3: check
#
# Run the next cell. It begins with *check*, and you need not change it. What does it say?
#
# | it says | so |
# |---|---|
# | *is written as a shape* | your answer can be graded |
# | *Not yet:* and a sentence | do what the sentence says, run **your** cell again, then the check |
#
# Such a check says whether an answer is *well written*. Whether it is *right*, grading will tell.

# %% test="ps0_shape_test" points=1
check_form(array_shape, "array_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape

mark_shape(array_shape, "array_shape", (3, 5), {
    (5, 3): "Rows come first, then columns.",
    (5,): "That is one row. The rows have an axis of their own.",
    (3,): "The columns have an axis, too.",
    (15,): "That is how many numbers there are. The shape has a size for each axis.",
    (3, 5, 1): "There are two axes: rows and columns.",
    (2, 4): "Places are counted from 0, but sizes are not.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Step 4: run it all once more
#
# You can run cells in any order, and change one afterwards. Grading runs them once, from the top
# to the bottom. So do the same before you hand in:
#
# | in Colab | in JupyterLab |
# |---|---|
# | *Runtime → Restart session and run all* | *Run → Restart Kernel and Run All Cells…* |
# | you are asked whether you are sure: *Yes* | you are asked whether to restart: *Restart* |
#
# Everything that was computed is forgotten, and all cells run. What you wrote stays. Look at the
# check once more: does it still say *is written as a shape*?
#
# ## Step 5: save and download
#
# | in Colab | in JupyterLab |
# |---|---|
# | *File → Save* | *File → Save Notebook* |
# | *File → Download → Download .ipynb* | *File → Download* |
# | your browser saves a file, often in the folder *Downloads* | the same |
#
# The name of the file ends in `.ipynb`. That is the one to hand in. Colab may write your name and
# the number of your account into it.
#
# ## Step 6: hand in
#
# Hand in this one file where your instructor asks for it. Hand in the file, not a link to Colab,
# not a PDF, not a picture of the screen.
#
# ## What happens to the file
#
# 1. Your file is put together with the original. The tests are put back as they were, with some
#    more that you do not see here. Your answers stay as you wrote them.
# 2. All cells run from the top. A cell that does not end is stopped after a while, and the
#    others go on.
# 3. Each test gives all of its points, or none. Answers in words are read by a person.
# 4. You get a page back: your points, and under each test that failed, a sentence on what
#    was wrong.
#
# You may add cells of your own, for notes or to try something. They cost you nothing. Let the
# cells with checks stay as they are: what you change in them does not count.
#
# ## When something is wrong
#
# **What you see in the notebook:**
#
# | you see | why | what helps |
# |---|---|---|
# | `name 'check_form' is not defined` | the setup cell was not run | run it, then the check |
# | `name 'array_shape' is not defined` | your cell was not run | run it, then the check |
# | *still missing*, but you have answered | your cell was not run since | run it, then the check |
# | `SyntaxError` | often a bracket or a comma is missing | compare with `(7, 9)` |
# | it worked before, now it does not | cells ran in another order | step 4 |
# | a cell runs and runs | a loop that does not end | interrupt it, as below |
# | a cell is gone, or you changed a check | it can happen | take a fresh copy, as below |
#
# - **Interrupt:** in Colab *Runtime → Interrupt execution*, in JupyterLab *Kernel → Interrupt
#   Kernel*. Then mend the cell.
# - **A fresh copy:** open the notebook once more as in step 1, and copy your answers over.
#
# **What you see in the file:**
#
# | you see | why | what helps |
# |---|---|---|
# | `Copy of ps0.ipynb`, `ps0 (1).ipynb` | Colab and browsers name copies so | hand it in as it is |
# | `.py`, `.html` or `.pdf` at the end | another kind of download | step 5 once more |
# | your answers are not in it | you downloaded before you saved | step 5 once more |

# %% [markdown] locked="ps0_end"
# ---
#
# **Done?** The next ones work in the same way. Problem set 1 follows lesson 01.
#
# === BEGIN MARK SCHEME ===
#
# Nothing is read by a person here. The point is given by the test. Whoever has no point, or no
# file, had trouble with handing in: write to them before problem set 1 is due.
#
# === END MARK SCHEME ===
