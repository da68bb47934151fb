"""Pictures: what is marked, what is written, that it is legible, and that words tell the same."""

import io
import itertools

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from lstm_outputs.pictures import accuracy, show
from lstm_outputs.pictures.both_ways import draw_both_ways
from lstm_outputs.pictures.cell import draw_cell
from lstm_outputs.pictures.encoder_decoder import draw_encoder_decoder
from lstm_outputs.pictures.heat_map import draw_heat_map
from lstm_outputs.pictures.one_hot import draw_one_hot
from lstm_outputs.pictures.rollout import draw_rollout

FLAGS = list(itertools.product([False, True], repeat=2))
SIZES = [(2, 1, None), (4, 16, None), (6, 5, 4), (12, 32, 100)]
LSTM, GRU = ("h", "c"), ("h",)
ROLLED = [(timesteps, units, *flags, batch_size, states)
          for timesteps, units, batch_size in SIZES for flags in FLAGS for states in (LSTM, GRU)]
ROLLED += [(1, 1, *flags, None, LSTM) for flags in FLAGS]
BACKWARDS = [(*given, True) for given in ROLLED]
random = np.random.default_rng(0)


def one_hot(*places):
    return np.eye(10, dtype="float32")[list(places)]


def values(*shape):
    return random.uniform(-0.9, 0.9, shape)


def name_of(draw, given):
    return f"{draw.__name__}{given}" if len(repr(given)) < 60 else draw.__name__


# Every drawing function, its arguments, and named arrays.
PICTURES = [
    *((draw_rollout, given, {}) for given in ROLLED + BACKWARDS),
    *((draw_both_ways, given, {}) for given in ROLLED),
    (draw_cell, (), {}),
    (draw_encoder_decoder, ([8, 6, 5, 2], [2, 5, 6, 8]), {}),
    (draw_encoder_decoder, ([3, 1], [1, 3]), {}),
    (draw_one_hot, (), {"encoded": one_hot(8, 6, 5, 2)}),
    (draw_one_hot, (), {"X": one_hot(8, 6, 5, 2), "y": one_hot(2, 5, 6, 8)}),
    (draw_one_hot, (), {"one": one_hot(0)[:, :1]}),
    (draw_heat_map, (), {"h": values(4, 16)}),
    (draw_heat_map, (), {"h": values(4, 16), "c": values(4, 16)}),
    (draw_heat_map, ("sequence",), {"last_hidden": values(5, 16)}),
    (accuracy.draw_accuracy, ({name: [10, 12, 60, 100, 0] for name in "abcd"}, 10), {}),
    (accuracy.draw_learning_curve, ([3, 40, 99, 100], 99), {}),
]
ALL = pytest.mark.parametrize("draw, given, named", PICTURES, ids=[
    f"{number}-{name_of(draw, given)}" for number, (draw, given, _) in enumerate(PICTURES)])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn_texts(figure):
    """Return the texts of `figure` that a reader sees."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += [*axes.texts, axes.title]
        if axes.axison:
            found += [axes.xaxis.label, axes.yaxis.label]
            found += [tick.label1 for axis in (axes.xaxis, axes.yaxis)
                      for tick in axis.get_major_ticks() if tick.label1.get_visible()
                      and axis.get_view_interval()[0] <= tick.get_loc()
                      <= axis.get_view_interval()[1]]
    return [text for text in found if text.get_text().strip() and text.get_visible()
            and not isinstance(text, matplotlib.text.Annotation)]


def overlaps(extents):
    """Return the pairs of names in [(name, extent), ...] that lie on each other."""
    return [(one, other) for (one, a), (other, b) in itertools.combinations(extents, 2)
            if a.padded(-1).overlaps(b.padded(-1)) and (one, a.bounds) != (other, b.bounds)]


def circles(figure):
    """Return {the text in it: is it marked} for each circle, in the order of drawing."""
    found = []
    for text in drawn_texts(figure):
        patch = text.get_bbox_patch()
        if patch is not None and "circle" in type(patch.get_boxstyle()).__name__.lower():
            found.append((text.get_text(), to_hex(patch.get_facecolor()) == show.MARK))
    return found


def words(figure):
    return [text.get_text() for text in drawn_texts(figure)]


def png(figure):
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
    return stream.getvalue()


def lightness(color):
    """Relative luminance, as WCAG 2 defines it."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
              for part in to_rgb(color)]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    high, low = sorted([lightness(one), lightness(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


# --- all pictures ---


@ALL
def test_legible(draw, given, named):
    """Every text lies in the figure, none on another, and no mark on another mark."""
    figure, _ = draw(*given, **named)
    figure.canvas.draw()
    texts = [(text.get_text(), text.get_window_extent()) for text in drawn_texts(figure)]
    inside = figure.bbox.padded(1)
    assert [text for text, box in texts if not (
        inside.contains(box.x0, box.y0) and inside.contains(box.x1, box.y1))] == []
    assert overlaps(texts) == []
    marks = [(text.get_text(), text.get_bbox_patch()) for text in drawn_texts(figure)]
    assert overlaps([(text, mark.get_window_extent()) for text, mark in marks
                     if mark is not None and text.startswith("$")]) == []


@ALL
def test_the_description_is_words_in_one_line(draw, given, named):
    _, description = draw(*given, **named)
    assert len(description) > 40 and description == " ".join(description.split())
    assert description[0].isupper() and description.endswith(".")
    assert "$" not in description and "np." not in description and "\\" not in description


@pytest.mark.parametrize("draw, given, named", [
    next(picture for picture in PICTURES if picture[0] is draw)
    for draw in dict.fromkeys(draw for draw, _, _ in PICTURES)],
    ids=lambda value: getattr(value, "__name__", ""))
def test_the_same_bytes_each_time(draw, given, named):
    first, second = draw(*given, **named), draw(*given, **named)
    assert png(first[0]) == png(second[0]) and first[1] == second[1]


# --- the roll-out ---


def expected_shapes(timesteps, units, return_sequences, return_state, batch_size, states, *_):
    shapes = {"output": (batch_size, units)}
    if return_sequences:
        shapes["output"] = (batch_size, timesteps, units)
    return shapes | {f"state_{name}": (batch_size, units) for name in states if return_state}


def shown_steps(timesteps):
    """Return the time steps that are drawn: beyond 6, the middle ones share a box."""
    return list(range(timesteps)) if timesteps <= 6 else [0, 1, 2, "…", timesteps - 2,
                                                          timesteps - 1]


def row_of_circles(given, end):
    """Return the circles of a row that is read up to the time step `end`."""
    timesteps, _, return_sequences, return_state, _, states, *_ = given
    return [(f"$h_{{{step}}}$", return_sequences or step == end)
            for step in shown_steps(timesteps)] + [
            (f"${name}_{{{end}}}$", return_state) for name in states]


@pytest.mark.parametrize("given", ROLLED + BACKWARDS, ids=str)
def test_what_comes_back_is_marked(given):
    end = 0 if given in BACKWARDS else given[0] - 1
    assert sorted(circles(draw_rollout(*given)[0])) == sorted(row_of_circles(given, end))


@pytest.mark.parametrize("given", ROLLED, ids=str)
def test_both_rows_are_marked(given):
    expected = row_of_circles(given, given[0] - 1) + row_of_circles(given, 0)
    assert sorted(circles(draw_both_ways(*given)[0])) == sorted(expected)


@pytest.mark.parametrize("backwards", [False, True])
def test_boxes_stand_in_the_order_of_reading(backwards):
    figure, description = draw_rollout(4, 16, False, True, go_backwards=backwards)
    boxes = sorted((text.get_position()[0], text.get_text()) for text in drawn_texts(figure)
                   if text.get_text().startswith("step"))
    steps = [3, 2, 1, 0] if backwards else [0, 1, 2, 3]
    assert [name for _, name in boxes] == [f"step {step}" for step in steps]
    assert ("read backward" in words(figure)) == backwards
    assert ("from the last to the first" in description) == backwards


def test_of_both_rows_the_lower_one_is_turned():
    """Each x stands once, between two boxes of its time step; h leaves on the outer sides."""
    figure, _ = draw_both_ways(4, 16, True, True)
    figure.canvas.draw()
    middles = {}
    for text in drawn_texts(figure):
        box = text.get_window_extent()
        middles.setdefault(text.get_text(), []).append((box.x0 + box.x1, box.y0 + box.y1))
    for step in range(4):
        (x, y), = middles[f"$x_{{{step}}}$"]
        boxes, outputs = middles[f"step {step}"], middles[f"$h_{{{step}}}$"]
        assert [column for column, _ in boxes] == pytest.approx([x, x], abs=1)
        assert sum(row for _, row in boxes) == pytest.approx(2 * y, abs=8)
        assert max(row for _, row in outputs) > max(row for _, row in boxes)
        assert min(row for _, row in outputs) < min(row for _, row in boxes)
    (forward, *_), (backward, *_) = middles["read forward"][0], middles["read backward"][0]
    assert forward < middles["step 0"][0][0] and backward > middles["step 3"][0][0]


@pytest.mark.parametrize("given", ROLLED + BACKWARDS, ids=str)
def test_the_real_shapes_are_written_and_told(given):
    figure, description = draw_rollout(*given)
    for name, shape in (shapes := expected_shapes(*given)).items():
        assert f"{name} {shape}" in words(figure)
        assert f"{name} {shape}" in description
    every_name = {"output", "state_h", "state_c"}
    assert not [text for text in words(figure) if text.split()[0] in every_name - set(shapes)]
    assert not [name for name in every_name - set(shapes) if name in description]


@pytest.mark.parametrize("given", ROLLED, ids=str)
def test_the_real_shapes_of_both_rows_are_written_and_told(given):
    timesteps, units, return_sequences, return_state, batch_size, states = given
    figure, description = draw_both_ways(*given)
    output = (batch_size, 2 * units)
    if return_sequences:
        output = (batch_size, timesteps, 2 * units)
    assert any(text.startswith(f"output {output}") for text in words(figure))
    assert f"output {output}" in description
    for name in ("forward_h", "forward_c", "backward_h", "backward_c"):
        written = f"{name} {(batch_size, units)}"
        assert (written in words(figure)) == (written in description) == (
            return_state and name[-1] in states)
    assert f"up to time step {timesteps - 1}" in description


@pytest.mark.parametrize("draw", [draw_rollout, draw_both_ways])
@pytest.mark.parametrize("given", ROLLED, ids=str)
def test_the_description_says_what_comes_back(draw, given):
    timesteps, _, return_sequences, return_state, _, states = given
    told = draw(*given)[1].split("Marked as coming back")[1].split(". Shapes")[0]
    assert str(timesteps) in draw(*given)[1]
    assert ("h of every time step" in told) == return_sequences == ("every" in told)
    assert return_sequences or "read last" in told
    further = told.partition(", and ")[2]
    assert bool(further) == return_state
    if return_state:
        assert ("c" in further.split()) == ("c" in states)


@pytest.mark.parametrize("draw, rows", [(draw_rollout, 1), (draw_both_ways, 2)])
def test_the_marks_differ_without_color(draw, rows):
    """Marked and unmarked circles and arrows differ in width and in style of line."""
    figure, _ = draw(4, 16, False, True)
    styles = {}
    for text in drawn_texts(figure):
        patch = text.get_bbox_patch()
        if patch is not None:
            styles.setdefault(to_hex(patch.get_facecolor()) == show.MARK, set()).add(
                (patch.get_linewidth(), patch.get_linestyle()))
    assert styles[True] == {(2, "-")} and styles[False] == {(0.8, ":")}
    arrows = [text.arrow_patch for axes in figure.axes for text in axes.texts
              if isinstance(text, matplotlib.text.Annotation)]
    looks = {(arrow.get_linewidth(), arrow.get_linestyle() == "-") for arrow in arrows}
    assert looks == {(2.6, True), (1.2, False)}
    assert sum(arrow.get_linewidth() == 2.6 for arrow in arrows) == 3 * rows
    assert any("thick" in text and "dotted" in text for text in words(figure))


# --- one-hot vectors and heat maps ---


@pytest.mark.parametrize("places", [(8, 6, 5, 2), (3, 3, 3), (9,)])
def test_one_hot_shows_each_one_where_it_stands(places):
    figure, description = draw_one_hot(encoded=one_hot(*places))
    ones = [text for text in figure.axes[0].texts if text.get_text() == "1"]
    assert [text.get_position() for text in ones] == [
        (place + 0.5, step + 0.5) for step, place in enumerate(places)]
    assert figure.axes[0].yaxis_inverted()  # time runs down
    assert f"{len(places)} rows (time steps) by 10 columns (features)" in description
    assert f"in column {', '.join(map(str, places))}." in description


def test_one_hot_side_by_side():
    figure, description = draw_one_hot(X=one_hot(8, 6), y=one_hot(6, 8))
    assert [axes.get_title() for axes in figure.axes] == ["X", "y"]
    assert "X: 2 rows" in description and "y: 2 rows" in description


def test_heat_map_shows_the_values_on_one_scale_around_zero():
    h, c = values(4, 3), 2 * values(4, 3)
    figure, description = draw_heat_map(h=h, c=c)
    *panels, bar = figure.axes
    for axes, array in zip(panels, (h, c)):
        mesh = axes.collections[0]
        assert np.array_equal(np.ravel(mesh.get_array()), array.ravel())
        assert mesh.get_clim() == (-abs(c).max(), abs(c).max())
        assert axes.yaxis_inverted()
    assert [axes.get_title() for axes in panels] == ["h", "c"] and bar.get_ylabel() == "value"
    for name, array in (("h", h), ("c", c)):
        row, unit = np.unravel_index(abs(array).argmax(), array.shape)
        assert f"{name}: 4 rows (time steps) by 3 columns (units)" in description
        assert f"from {array.min():.2f} to {array.max():.2f}" in description
        assert f"{array[row, unit]:.2f}, in row {row}, column {unit}" in description


def test_heat_map_rows_have_the_name_that_is_given():
    figure, description = draw_heat_map("sequence", last_hidden=values(5, 3))
    assert figure.axes[0].get_ylabel() == "sequence" and "5 rows (sequences)" in description


def test_heat_map_colors_differ_in_lightness():
    """Without color, 0 is the lightest, and it gets darker toward both ends of the scale."""
    light = [lightness(plt.get_cmap("PuOr")(place)[:3]) for place in (0, 0.25, 0.5, 0.75, 1)]
    assert light[0] < light[1] < light[2] > light[3] > light[4]


# --- the other pictures ---


def test_the_cell_names_all_its_parts_in_words_too():
    figure, description = draw_cell()
    written = "\n".join(words(figure))
    for name in ("forget gate", "input gate", "candidate", "output gate"):
        assert name in written and name in description
    for symbol in ("$h_{t-1}$", "$c_{t-1}$", "$x_t$", "$h_t$", "$c_t$"):
        assert symbol in written
    for symbol in ("h_(t-1)", "c_(t-1)", "x_t", "h_t", "c_t"):
        assert symbol in description


def test_the_encoder_hands_two_states_to_the_decoder():
    figure, description = draw_encoder_decoder([8, 6, 5, 2], [2, 5, 6, 8])
    assert circles(figure) == [("h", True), ("c", True)]
    assert "reads 8, 6, 5, 2" in description and "2, 5, 6, 8." in description
    assert sum(text == "silence" for text in words(figure)) == 4


def test_accuracies_are_written_on_the_bars_and_told():
    results = {"last": [10, 12, 0], "all": [20, 99, 19]}
    figure, description = accuracy.draw_accuracy(results, 10)
    for axes, (name, percents) in zip(figure.axes, results.items()):
        assert [text.get_text() for text in axes.texts] == [str(each) for each in percents]
        assert axes.patches[-1].get_hatch() and not axes.patches[0].get_hatch()
        assert f"{name}: {percents[0]}, {percents[1]}; all {percents[2]}." in description


@pytest.mark.parametrize("aim, told", [(99, "reaches 99 in epoch 3"), (101, "does not reach 101")])
def test_the_learning_curve_tells_when_it_gets_there(aim, told):
    figure, description = accuracy.draw_learning_curve([3, 40, 99, 100], aim)
    assert list(figure.axes[0].lines[0].get_ydata()) == [3, 40, 99, 100]
    assert told in description


# --- show ---


def test_colors_can_be_told_apart_without_color():
    assert contrast(show.INK, "white") >= 7 and contrast(show.INK, show.PAPER) >= 7
    assert contrast(show.INK, show.MARK) >= 4.5  # text on a mark
    assert contrast(show.MARK, "white") >= 2 and contrast(show.MARK, show.PAPER) >= 2


def test_show_displays_a_png_with_its_description_and_closes_the_figure(monkeypatch):
    shown = []
    monkeypatch.setattr(show, "display", lambda *data, **how: shown.append((data, how)))
    figure, description = draw_rollout(4, 16, False, False)
    show.show(figure, description)
    ((data,), how), = shown
    assert how["raw"] and data["text/plain"] == description
    assert how["metadata"]["image/png"]["alt"] == description
    assert data["image/png"].startswith("iVBOR")
    assert not plt.fignum_exists(figure.number)
    show.show(*draw_rollout(4, 16, False, False))
    assert shown[0] == shown[1]
