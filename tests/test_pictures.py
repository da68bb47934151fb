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
from lstm_outputs.pictures.directions import draw_directions
from lstm_outputs.pictures.encoder_decoder import draw_encoder_decoder
from lstm_outputs.pictures.heat_map import draw_heat_map
from lstm_outputs.pictures.one_hot import draw_one_hot
from lstm_outputs.pictures.rollout import draw_rollout

FLAGS = list(itertools.product([False, True], repeat=2))
SIZES = [(2, 1, None), (4, 16, None), (6, 5, 4), (12, 32, 100)]
LSTM, GRU = ("h", "c"), ("h",)
ROLLED = [(timesteps, units, *flags, batch_size, states)
          for timesteps, units, batch_size in SIZES for flags in FLAGS for states in (LSTM, GRU)]
BOTH = [(timesteps, units, *flags, batch_size, LSTM, True)
        for timesteps, units, batch_size in [(1, 1, None), *SIZES] for flags in FLAGS]
ONE_STEP = [(1, 1, *flags, None, LSTM) for flags in FLAGS]
random = np.random.default_rng(0)


def one_hot(*places):
    return np.eye(10, dtype="float32")[list(places)]


def values(*shape):
    return random.uniform(-0.9, 0.9, shape)


def name_of(draw, given):
    return f"{draw.__name__}{given}" if len(repr(given)) < 60 else draw.__name__


# Every drawing function, its arguments, and named arrays.
PICTURES = [
    *((draw_rollout, given, {}) for given in ROLLED),
    *((draw_directions, given, {}) for given in ROLLED + ONE_STEP + BOTH),
    *((draw_both_ways, given, {}) for given in [(4, 16), (12, 32)]),
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


# --- the roll-out, in one direction ---


def expected_shapes(timesteps, units, return_sequences, return_state, batch_size, states):
    shapes = {"output": (batch_size, units)}
    if return_sequences:
        shapes["output"] = (batch_size, timesteps, units)
    return shapes | {f"state_{name}": (batch_size, units) for name in states if return_state}


def shown_steps(timesteps, most):
    """Return the time steps that are drawn: not the middle ones, beyond `most`."""
    if timesteps <= most:
        return list(range(timesteps))
    return [*range(most - 3), timesteps - 2, timesteps - 1]


ONE_WAY = pytest.mark.parametrize("draw, most", [(draw_rollout, 8), (draw_directions, 6)])


@ONE_WAY
@pytest.mark.parametrize("given", ROLLED + ONE_STEP, ids=str)
def test_what_comes_back_is_marked(draw, most, given):
    timesteps, _, return_sequences, return_state, _, states = given
    figure, _ = draw(*given)
    steps, last = shown_steps(timesteps, most), timesteps - 1
    expected = [(f"$h_{{{step}}}$", return_sequences or step == last) for step in steps]
    expected += [(f"${name}_{{{last}}}$", return_state) for name in states]
    assert sorted(circles(figure)) == sorted(expected)
    marked = sum(mark for _, mark in circles(figure))
    assert marked == (len(steps) if return_sequences else 1) + len(states) * return_state


@ONE_WAY
@pytest.mark.parametrize("given", ROLLED + ONE_STEP, ids=str)
def test_the_real_shapes_are_written_and_told(draw, most, given):
    figure, description = draw(*given)
    for name, shape in (shapes := expected_shapes(*given)).items():
        assert f"{name} {shape}" in words(figure)
        assert f"{name} {shape}" in description
    every_name = {"output", "state_h", "state_c"}
    assert not [text for text in words(figure) if text.split()[0] in every_name - set(shapes)]
    assert not [name for name in every_name - set(shapes) if name in description]


@ONE_WAY
@pytest.mark.parametrize("given", ROLLED + ONE_STEP, ids=str)
def test_the_description_says_what_comes_back(draw, most, given):
    timesteps, _, return_sequences, return_state, _, states = given
    told = draw(*given)[1].split("Marked as coming back: ")[1].split(". Shapes")[0]
    assert str(timesteps) in draw(*given)[1]
    if return_sequences:
        assert told.startswith("h of every time step")
    else:
        assert "every" not in told and str(timesteps - 1) in told
    further = told.partition(", and ")[2]
    assert bool(further) == return_state
    if return_state:
        assert ("c" in further.replace(",", "").split()) == ("c" in states)


@ONE_WAY
def test_the_marks_differ_without_color(draw, most):
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
    assert sum(arrow.get_linewidth() == 2.6 for arrow in arrows) == 3
    assert any("thick" in text and "dotted" in text for text in words(figure))


# --- both directions ---


@pytest.mark.parametrize("given", BOTH, ids=str)
def test_both_directions(given):
    timesteps, units, return_sequences, return_state, batch_size, states, _ = given
    figure, description = draw_directions(*given)
    steps, last = shown_steps(timesteps, 6), timesteps - 1
    expected = []
    for end in (last, 0):
        expected += [(f"$h_{{{step}}}$", return_sequences or step == end) for step in steps]
        expected += [(f"${name}_{{{end}}}$", return_state) for name in states]
    assert sorted(circles(figure)) == sorted(expected)
    output = (batch_size, 2 * units)
    if return_sequences:
        output = (batch_size, timesteps, 2 * units)
    assert any(text.startswith(f"output {output}") for text in words(figure))
    assert f"output {output}" in description
    for name in ("forward_h", "forward_c", "backward_h", "backward_c"):
        written = f"{name} {(batch_size, units)}"
        assert (written in words(figure)) == (written in description) == return_state
    assert ("time step 0 backward" in description) == (return_state or not return_sequences)


@pytest.mark.parametrize("timesteps, units", [(1, 1), (4, 16), (12, 32)])
def test_both_ways(timesteps, units):
    figure, description = draw_both_ways(timesteps, units)
    assert all(mark for _, mark in circles(figure))
    assert len(circles(figure)) == 2 * len(shown_steps(timesteps, 8)) + 4
    for name in ("forward_h", "forward_c", "backward_h", "backward_c"):
        assert f"{name} {(None, units)}" in words(figure) and name in description
    assert str((None, timesteps, 2 * units)) in description


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
