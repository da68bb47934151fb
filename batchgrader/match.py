"""Recognizes the master's cells in a hand-in: which cell is which, and which one is unclear.

Answers are found by their grade_id, then by the names that they bind, then by their place between
cells that are recognized, or by likeness to the stub. Each step looks only at what the steps
before left over. Where two cells could be an answer, none is taken.
"""

from functools import cached_property

from batchgrader.names import bindings, bound, statements
from batchgrader.outline import ANSWER, FIXED, PLAIN, bare, likeness

LIKE = 0.5        # from here on a cell is an edited version, where its place says so too
VERY_LIKE = 0.8   # from here on wherever it stands


class Matching:
    """What a hand-in's cells are. Hand-in cells are named by index, the master's by position."""

    def __init__(self, targets, cells):
        """Match `cells`, a tuple of handin.Cell, with `targets`, as outline() returns them."""
        self.targets, self.cells = targets, cells
        self.place = {}       # index -> the position that it stands for
        self.dropped = set()  # indices of copies of a test, a locked cell or an untouched stub
        self.kept = set()     # indices of changed tests, locked cells or tasks: also own cells
        self.parts = {}       # position of an answer or plain cell -> indices of its text
        self.changed = {}     # position of a test, locked cell or task -> index
        self.copies = []      # positions of which a copy was dropped
        self.unclear = {}     # position of an answer -> why, in a sentence
        self.held = set()     # indices that could be an unclear answer
        self.nameless = set()  # positions found although their grade_id was lost
        self.known = set()    # positions found by text, name or id: they tell which notebook it is
        self.sure = set()     # those of them that are found by id, and look like it
        self._equal_cells()
        self._fixed_by_id()
        self._answers_by_id()
        self._untouched()
        self._answers_by_name()
        self._stubs_in_other_words()
        self._edited_cells()
        self._answers_by_place()
        self._second_look()

    # What is known

    @cached_property
    def _texts(self):
        return [bare(cell.source) for cell in self.cells]

    @cached_property
    def _by_id(self):
        return {target.grade_id: target for target in self.targets if target.grade_id}

    @cached_property
    def _answers(self):
        return [target for target in self.targets if target.role == ANSWER]

    def own(self):
        """Return the indices of the cells that are the student's own, in order."""
        return [index for index, text in enumerate(self._texts) if text
                and (index in self.kept or (index not in self.place and index not in self.dropped))]

    def found(self, position):
        return position in self.place.values()

    def _free(self):
        taken = self.kept | self.held
        return [index for index in self.own()
                if index not in taken and not _is_badge(self._texts[index])]

    def _open(self):
        return [target for target in self._answers
                if target.position not in self.parts and target.position not in self.unclear]

    def _take(self, target, indices):
        """Note that `indices` are the text of `target`."""
        self.parts[target.position] = list(indices)
        for index in indices:
            self.place[index] = target.position
            if target.grade_id and self.cells[index].grade_id != target.grade_id:
                self.nameless.add(target.position)

    def _doubt(self, target, indices, why):
        self.unclear[target.position] = why
        self.held |= set(indices)

    def _bindings(self, index):
        """Return what a cell binds; Markdown counts where it is Python, turned into text."""
        cell = self.cells[index]
        if cell.kind == "code" or statements(cell.source) is not None:
            return bindings(cell.source)
        return ()

    def binds(self, target, index):
        """Return the names of `target` that the cell binds to something that is not the stub's."""
        return bound(self._bindings(index), target.known) & target.names

    def _is_whole(self, target, index):
        return bool(target.needed) and target.needed <= self.binds(target, index)

    def _between(self, target):
        """Return the indices between the recognized cells around `target`."""
        before = [i for i, at in self.place.items() if at < target.position]
        after = [i for i, at in self.place.items() if at > target.position]
        nearest = max((self.place[i] for i in before), default=None)
        next_one = min((self.place[i] for i in after), default=None)
        start = max((i for i in before if self.place[i] == nearest), default=-1)
        stop = min((i for i in after if self.place[i] == next_one), default=len(self.cells))
        return range(min(start, stop) + 1, max(start, stop))

    def _is_near(self, target):
        """Return whether the cell before or after is recognized, so that the place says much."""
        return self.found(target.position - 1) or self.found(target.position + 1)

    # The steps

    def _equal_cells(self):
        """Find tests, locked cells, tasks and plain cells by their text as released."""
        groups = {}
        for target in self.targets:
            if target.role != ANSWER and target.source:
                groups.setdefault(target.source, []).append(target)
        for text, targets in groups.items():
            fixed = [target for target in targets if target.role == FIXED]
            same = [index for index, found in enumerate(self._texts) if found == text
                    and (fixed or not self._is_answer_by_id(index))]
            for target in targets:
                named = [i for i in same if self.cells[i].grade_id == target.grade_id]
                if same:
                    index = (named or same)[0]
                    same.remove(index)
                    self._recognize(target, index)
            if fixed:
                self._drop(fixed[0], same)

    def _is_answer_by_id(self, index):
        target = self._by_id.get(self.cells[index].grade_id)
        return target is not None and target.role == ANSWER

    def _recognize(self, target, index):
        self._know(target, self.cells[index].grade_id == target.grade_id)
        if target.role == PLAIN:
            self._take(target, [index])
        else:
            self.place[index] = target.position
            if self.cells[index].grade_id != target.grade_id:
                self.nameless.add(target.position)

    def _know(self, target, by_id):
        self.known.add(target.position)
        if by_id and target.graded:
            self.sure.add(target.position)

    def _drop(self, target, indices):
        self.dropped |= set(indices)
        self.copies += [target.position] * bool(indices)

    def _fixed_by_id(self):
        """Find tests, locked cells and tasks that were changed, and copies of them."""
        for target in self.targets:
            if target.role != FIXED:
                continue
            named = [index for index, cell in enumerate(self.cells)
                     if cell.grade_id == target.grade_id
                     and index not in self.place and index not in self.dropped]
            like = {index: likeness(self._texts[index], target.source) for index in named}
            if named and not self.found(target.position):
                best = max(named, key=like.get)
                if like[best] >= LIKE:
                    self._know(target, by_id=True)
                self._change(target, best, like.pop(best))
            self._drop(target, [index for index in like if like[index] >= LIKE])

    def _change(self, target, index, like):
        """Note that `index` is the student's version of a test, a locked cell or a task."""
        self.place[index] = target.position
        if self._texts[index] == target.source:
            return
        self.changed[target.position] = index
        if like < LIKE or target.label.startswith("the task"):
            self.kept.add(index)

    def _answers_by_id(self):
        for target in self._answers:
            named = [index for index in self._free()
                     if self.cells[index].grade_id == target.grade_id
                     and not self._is_anothers(target, index)]
            untouched = [index for index in named if self._texts[index] == target.source]
            self.place |= dict.fromkeys(untouched[:1], target.position)
            self.dropped |= set(untouched)
            real = [index for index in named
                    if index not in untouched and not self._is_empty(target, index)]
            parts = self._parts(target, real)
            if parts:
                self._take(target, parts)
            elif real:
                self._doubt(target, real, f"{len(real)} different cells are the answer "
                            f"`{target.grade_id}`; a person has to say which of them counts.")
            if untouched or (real and (not target.names or self.binds(target, real[0]))):
                self._know(target, by_id=True)

    def _is_anothers(self, target, index):
        """Return whether a cell with the id of `target` is the answer to another question."""
        if not target.names or bound(self._bindings(index)) & target.names:
            return False
        return any(self._is_whole(other, index) for other in self._answers if other != target
                   and not any(cell.grade_id == other.grade_id and self.binds(other, i)
                               for i, cell in enumerate(self.cells)))

    def _is_empty(self, target, index):
        """Return whether a cell holds no more than the stub's statements, or fewer of them."""
        return (bool(target.names) and self.cells[index].kind == "code"
                and {line for line, _ in self._bindings(index)} <= target.known)

    def _parts(self, target, indices):
        """Return the indices whose texts, one after the other, are the answer; [] if unclear.

        Of copies the first counts. Pieces of a split answer stand side by side, and at most one
        of them is a whole answer.
        """
        distinct = list({self._texts[index]: index for index in reversed(indices)}.values())[::-1]
        whole = [index for index in distinct if self._is_whole(target, index)]
        split = len(whole) <= 1 and self._are_neighbors(distinct) and (
            not target.names or any(self.binds(target, index) for index in distinct))
        if len(distinct) > 1 and not split:
            return []
        self.dropped |= set(indices) - set(distinct)
        return distinct

    def _are_neighbors(self, indices):
        span = set(range(min(indices), max(indices))) if indices else set()
        return not span & set(self.own()) - set(indices)

    def _untouched(self):
        """Drop stubs that nobody wrote in, and note whose they are."""
        stubs = {target.source for target in self._answers} - {""}
        for index in self._free():
            text = self._texts[index]
            if text in stubs:
                self.dropped.add(index)
                for target in self._open():
                    if (target.source == text and not self.found(target.position)
                            and index in self._between(target)):
                        self.place[index] = target.position
                        self.nameless.add(target.position)
                        if target.names:
                            self._know(target, by_id=False)
                        break

    def _answers_by_name(self):
        choices = {target: self._named(target) for target in self._open() if target.names}
        self._settle(choices, "define what the answer `{}` is to define")
        for target in choices:
            if target.position in self.parts:
                self._know(target, by_id=False)

    def _named(self, target):
        """Return the indices that may be the answer by the names that they bind."""
        free = [index for index in self._free() if self.binds(target, index)]
        code = [index for index in free if self.cells[index].kind == "code"] or free
        if any(target.names & other.names for other in self._answers if other != target):
            here = [index for index in code if index in self._between(target)]
            code = here or ([] if self.found(target.position) else code)
        return [index for index in code if self._is_whole(target, index)] or code

    def _settle(self, choices, what):
        """Take, of each target's possible indices, the one that is left; else it is unclear."""
        choices = {target: self._narrowed(target, indices) for target, indices in choices.items()}
        for target, indices in choices.items():
            rivals = [other.grade_id for other, others in choices.items()
                      if other != target and set(others) & set(indices)]
            if not indices:
                continue
            if rivals:
                self._doubt(target, indices, f"One cell may be the answer `{target.grade_id}` and "
                            f"the answer `{rivals[0]}`; a person has to look.")
            elif parts := self._parts(target, indices):
                self._take(target, parts)
            else:
                self._doubt(target, indices, f"{len(indices)} different cells "
                            f"{what.format(target.grade_id)}; a person has to say which counts.")

    def _narrowed(self, target, indices):
        """Return those of `indices` that stand in the right place and are most like the stub."""
        if len({self._texts[index] for index in indices}) < 2:
            return indices
        between = self._between(target)
        like = {index: likeness(self._texts[index], target.source) for index in indices}
        here = [index for index in indices if index in between] or indices
        alike = [index for index in indices if like[index] >= VERY_LIKE] or indices
        both = [index for index in here if index in alike]
        return both or indices

    def _stubs_in_other_words(self):
        """Take an answer that is empty, but for a comment, where there is no better one."""
        for target in self._open():
            named = [index for index in self._free() if target.names
                     and self.cells[index].grade_id == target.grade_id]
            if named and self._parts(target, named):
                self._take(target, self._parts(target, named))

    def _edited_cells(self):
        """Find the other cells of the master that were edited: by likeness, here or elsewhere."""
        for target in self.targets:
            if target.role == ANSWER or not target.source or self.found(target.position):
                continue
            here = self._between(target) if self._is_near(target) else ()
            like = {index: likeness(self._texts[index], target.source) for index in self._free()}
            like = {index: value for index, value in like.items()
                    if value >= (LIKE if index in here else VERY_LIKE)}
            if not like:
                continue
            best = max(like, key=like.get)
            if target.role == PLAIN:
                self._take(target, [best])
            else:
                self._change(target, best, like[best])

    def _answers_by_place(self):
        missing = [target for target in self._open()
                   if not target.names or not self.found(target.position)]
        self._settle({target: self._placed(target) for target in missing},
                     "stand where the answer `{}` belongs")
        missing = [target for target in self._open() if not self.found(target.position)]
        self._settle({target: self._alike(target) for target in missing},
                     "are like the answer `{}`")

    def _placed(self, target):
        between = self._between(target)
        free = [index for index in self._free() if index in between]
        return [index for index in free if self.cells[index].kind == target.kind] or free

    def _alike(self, target):
        return [index for index in self._free()
                if likeness(self._texts[index], target.source) >= VERY_LIKE]

    # What a person has to look at although nothing was found

    def _second_look(self):
        for target in self._open():
            where = self._elsewhere(target)
            if where is not None:
                self.unclear[target.position] = (
                    f"Nothing stands in the answer `{target.grade_id}`, but it may stand in "
                    f"{where}; a person has to look.")

    def _elsewhere(self, target):
        """Return where an answer that was not found may stand, in words, or None."""
        for index, position in self.place.items():
            other = self.targets[position]
            if other == target or self._texts[index] == other.source:
                continue
            if self.binds(target, index) - other.names:
                if other.role == FIXED:
                    self.kept.add(index)
                return other.label
            if (not target.names and abs(position - target.position) == 1
                    and other.role != ANSWER and self._is_longer(index, other)):
                return other.label
        own = {self.cells[index].kind for index in self._free()}
        if not target.names and not self.found(target.position) and target.kind in own:
            return "a cell of the student's own"
        return None

    def _is_longer(self, index, target):
        """Return whether a student added words, and not a letter or two, to the master's cell."""
        return len(self._texts[index].split()) >= len(target.source.split()) + 3


def _is_badge(text):
    """Return whether this is the cell that Colab adds to a notebook saved on GitHub."""
    return text.startswith("<a href=\"https://colab.research.google.com/")
