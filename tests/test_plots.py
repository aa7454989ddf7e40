"""Pictures: what is drawn is what was computed, nothing is cut off, and what cannot be drawn is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray

import lcaengine as lca
from lcaengine.plots import (
    Bar,
    Draws,
    Interval,
    Picture,
    draw_convergence,
    draw_distributions,
    draw_intervals,
    draw_tornado,
)
from lcaengine.plots.convergence import run_mean
from lcaengine.plots.distributions import limit_alternatives
from lcaengine.plots.intervals import choose_rows
from lcaengine.plots.style import spell
from tests.conftest import Run
from tests.scoring import core, row, score, system
from tests.tables import emits, makes, process, product, takes, write_inventory

PNG = b"\x89PNG\r\n\x1a\n"
WORDS = ("greenhouse gases", "kg CO2e", ["A note."])
LONG = "neodymium oxide, separated, of 99.5 % purity, from bastnaesite concentrate, $ 5 a kg, $ 6 with 稀土"


def interval(median: float, product: str = "metal", name: str = "", per: str = "kg", static: float = 1.0) -> Interval:
    return Interval(product, name or f"maker {median:g}", per, median - 1.0, median, median + 2.0, static)


def draws(*values: float, product: str = "metal", name: str = "maker", per: str = "kg") -> Draws:
    return Draws(product, name, per, np.array(values, np.float64), values[0])


def spread(seed: int, low: float = 1.0, **words: str) -> Draws:
    return draws(*(low * np.random.default_rng(seed).lognormal(0.0, 0.3, 200)), **words)


def is_whole(picture: Picture) -> bool:
    """Tell whether all that is drawn is within the picture."""
    canvas: Any = FigureCanvasAgg(picture.figure)
    canvas.draw()
    drawn = picture.figure.get_tightbbox(canvas.get_renderer())
    width, height = picture.figure.get_size_inches()
    return bool(drawn.x0 > 0 and drawn.y0 > -0.01 and drawn.x1 < width + 0.01 and drawn.y1 < height + 0.01)


def is_apart(picture: Picture) -> bool:
    """Tell whether the title is clear of the legend."""
    canvas: Any = FigureCanvasAgg(picture.figure)
    canvas.draw()
    title: Any = picture.figure._suptitle  # type: ignore[attr-defined]
    legend = next(each for each in (panel.get_legend() for panel in list_panels(picture)) if each)
    return not title.get_window_extent().overlaps(legend.get_window_extent())


def list_panels(picture: Picture) -> list[Any]:
    return [*picture.figure.axes]


def read_bars(panel: Any) -> NDArray[np.float64]:
    """Read the ends of the intervals of a panel, from top to bottom."""
    return np.array([[segment[0][0], segment[1][0]] for segment in panel.collections[0].get_segments()])


def read_names(panel: Any) -> list[str]:
    return [each.get_text() for each in panel.get_yticklabels()]


def test_intervals_are_drawn_where_they_are() -> None:
    rows = [interval(5.0), interval(-1.0), interval(7.0, "bar"), interval(3.0, static=4.5)]
    picture = draw_intervals(rows, *WORDS)
    (panel,) = list_panels(picture)
    assert read_names(panel) == ["bar", "maker 7", "metal", "maker 5", "maker 3", "maker -1"]
    assert read_bars(panel).tolist() == [[6.0, 9.0], [4.0, 7.0], [2.0, 5.0], [-2.0, 1.0]]
    medians, statics = (line.get_xdata().tolist() for line in panel.lines[:2])
    assert medians == [7.0, 5.0, 3.0, -1.0]
    assert statics == [1.0, 1.0, 4.5, 1.0]
    assert panel.lines[0].get_ydata().tolist() == [panel.get_yticks()[at] for at in (1, 3, 4, 5)]
    assert panel.get_xlabel() == "greenhouse gases [kg CO2e per kg]"
    assert panel.get_xscale() == "linear"  # below zero there is no logarithm
    assert picture.table.to_pylist()[0] == {
        "product": "bar",
        "maker": "maker 7",
        "static": 1.0,
        "median": 7.0,
        "2.5 %": 6.0,
        "97.5 %": 9.0,
        "unit": "kg CO2e per kg",
    }


def test_units_of_products_have_panels_of_their_own() -> None:
    picture = draw_intervals([interval(5.0), interval(900.0, "car", per="piece", static=900.0), interval(4.0)], *WORDS)
    labels = [panel.get_xlabel() for panel in list_panels(picture)]
    assert labels == ["greenhouse gases [kg CO2e per piece]", "greenhouse gases [kg CO2e per kg]"]
    assert read_names(list_panels(picture)[0]) == ["car, maker 900"]


def test_of_many_the_largest_are_shown_and_it_says_so() -> None:
    rows = [interval(float(at)) for at in range(300)] + [interval(2.0, "bar")]
    picture = draw_intervals(rows, *WORDS)
    assert picture.notes[0] == "40 of 301 shown: the largest medians, one of every product first."
    names = read_names(list_panels(picture)[0])
    assert names[:3] == ["metal", "maker 299", "maker 298"]
    assert names[-2:] == ["bar", "maker 2"]
    assert [each.median for each in choose_rows(rows, 3)] == [299.0, 298.0, 2.0]
    assert is_whole(picture)


ODD = {
    "long": [interval(5.0, LONG, LONG), interval(6.0, LONG, LONG + "!")],
    "nothing varies": [
        Interval("metal", "a", "kg", 2.0, 2.0, 2.0, 2.0),
        Interval("bar", "b", "MJ", 0.0, 0.0, 0.0, 0.0),
    ],
    "decades": [Interval("metal", f"m{at}", "kg", 10.0**at, 10.0**at, 10.0**at, 10.0**at) for at in range(-9, 9)],
    "huge": [Interval("metal", "a", "kg", 1e300, 2e300, 3e300, 2e300)],
    "tiny": [Interval("metal", "a", "kg", -1e-300, 2e-300, 3e-300, 2e-300)],
    "below zero": [interval(-500.0), interval(-1.0)],
    "close": [Interval("metal", "a", "kg", 1234.5678, 1234.5679, 1234.568, 1234.5679)],
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_odd_intervals_are_drawn_whole(rows: Sequence[Interval]) -> None:
    picture = draw_intervals(rows, *WORDS)
    assert is_whole(picture)
    for panel in list_panels(picture):
        low, high = panel.get_xlim()
        ends = read_bars(panel)
        assert low < ends.min()
        assert ends.max() < high
    wide = rows[-1].high / rows[0].low > 100 if rows[0].low > 0 else False
    assert list_panels(picture)[0].get_xscale() == ("log" if wide else "linear")


def test_distributions_count_the_draws() -> None:
    """Four draws between 0 and 4, in eight bars: heights are counts over the highest, in the axis' own lines."""
    picture = draw_distributions([draws(1.0, 1.0, 1.0, 3.0, 5.0), draws(2.0, 2.0, name="still")], *WORDS)
    (panel,) = list_panels(picture)
    (stairs,) = [each for each in panel.patches if isinstance(each, mpl.patches.StepPatch)]
    heights, edges, base = stairs.get_data()
    assert edges[0] == 1.0
    assert edges[-1] == pytest.approx(3.0)  # 5 is beyond the 99.5th percentile of itself and three others: 4.96
    assert ((heights - base) / 0.8).tolist() == pytest.approx([1.0] + [0.0] * (len(heights) - 2) + [1 / 3])
    assert read_names(panel) == ["maker", "still"]
    assert picture.table["mean"].to_pylist() == pytest.approx([2.2, 2.0])
    assert picture.table["sd"].to_pylist() == pytest.approx([np.std([1, 1, 1, 3, 5], ddof=1), 0.0])
    assert "leaves out 14 % of the draws" in picture.notes[0]
    assert picture.title == "Greenhouse gases of metal: distributions"


def test_alternatives_are_of_one_unit_and_few() -> None:
    rows = [draws(float(at), per="piece" if at == 0 else "kg") for at in range(12)]
    chosen, said = limit_alternatives(rows)
    assert [each.static for each in chosen] == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]
    assert said == ("8 of 12 shown: those per kg, the largest medians.",)
    assert limit_alternatives(rows[1:4]) == (rows[1:4], ())


ODD_DRAWS = {
    "one kind": [spread(1), spread(2, 3.0, name=LONG)],
    "below zero": [draws(-3.0, 1.0, 5.0, -8.0), draws(-1.0, -1.0)],
    "decades": [spread(at, 10.0**at, name=str(at)) for at in range(8)],
    "zeros": [draws(0.0, 0.0), spread(3)],
    "two draws": [draws(1.0, 2.0)],
    "huge": [draws(1e300, 2e300, 3e300)],
    "products": [spread(at, name=f"m {at}", product=LONG) for at in range(5)] + [spread(9, product="other")],
}


@pytest.mark.parametrize("rows", ODD_DRAWS.values(), ids=ODD_DRAWS)
@pytest.mark.parametrize("draw", [draw_distributions, draw_convergence])
def test_odd_draws_are_drawn_whole(draw: Any, rows: Sequence[Draws]) -> None:
    picture = draw(rows, *WORDS)
    assert is_whole(picture)
    assert all(np.isfinite(each) for r in picture.table.to_pylist() for each in r.values() if isinstance(each, float))


def test_the_running_mean_is_that_of_the_first_draws() -> None:
    values = np.random.default_rng(3).lognormal(2.0, 1.0, 60)
    mean, error = run_mean(values)
    for count in (2, 3, 17, 60):
        first = values[:count]
        assert mean[count - 2] == pytest.approx(first.mean(), rel=1e-12)
        assert error[count - 2] == pytest.approx(first.std(ddof=1) / np.sqrt(count), rel=1e-9)
    picture = draw_convergence([draws(*values)], *WORDS)
    (panel,) = list_panels(picture)
    assert panel.lines[0].get_xdata().tolist() == list(range(2, 61))
    assert panel.lines[0].get_ydata() == pytest.approx(mean)
    assert picture.table["standard error"].to_pylist() == pytest.approx([values.std(ddof=1) / np.sqrt(60)])


def test_large_and_steady_numbers_have_a_running_mean() -> None:
    mean, error = run_mean(np.array([1e300, 3e300]))
    assert (mean[0], error[0]) == pytest.approx((2e300, 1e300))
    mean, error = run_mean(1e9 + np.array([0.0, 1e-3, 2e-3]))
    assert error[1] == pytest.approx(1e-3 / np.sqrt(3), rel=1e-3)  # squares summed about zero would give nothing
    assert run_mean(np.full(3, 7.0))[1].tolist() == [0.0, 0.0]


BARS = [
    Bar("grid: co2", 4.9, 6.0, 0.6),
    Bar("yield", 5.6, 5.2, 0.09),
    Bar(LONG, 5.4, 5.4, 0.001),
    Bar("mine: power", 5.1, 5.8, 0.3),
]


def test_a_tornado_has_the_widest_on_top() -> None:
    picture = draw_tornado(BARS, 5.4, "ghg of metal", "ghg", "kg CO2e per kg", ["First order."])
    panel = list_panels(picture)[0]
    assert read_names(panel)[:3] == ["grid: co2", "mine: power", "yield"]
    bars = [(each.get_y() + 0.31, each.get_x(), each.get_x() + each.get_width()) for each in panel.patches]
    assert bars[0] == pytest.approx((0.0, 5.4, 4.9))  # the amount low
    assert bars[4] == pytest.approx((0.0, 5.4, 6.0))  # and high
    assert bars[2] == pytest.approx((-2.0, 5.4, 5.6))
    assert panel.lines[0].get_xdata() == [5.4, 5.4]
    (shares,) = panel.child_axes
    assert [each.get_text() for each in shares.get_yticklabels()] == ["60 %", "30 %", "9 %", "< 1 %"]
    assert picture.table["one sd higher"].to_pylist() == [6.0, 5.8, 5.2, 5.4]
    assert set(picture.table["unit"].to_pylist()) == {"kg CO2e per kg"}
    assert panel.get_xlabel() == "ghg [kg CO2e per kg]"
    assert is_whole(picture)
    many = draw_tornado([Bar(str(at), -at, at, 0.01) for at in range(30)], 0.0, "gases", "ghg", "kg", [])
    assert many.notes[0] == "20 of 30 shown: the widest."
    assert many.table["amount of"].to_pylist()[0] == "29"


def test_long_titles_are_clear_of_legends() -> None:
    rows = [interval(5.0, LONG)]
    own = draws(1.0, 2.0, product=LONG)
    assert is_apart(draw_intervals(rows, LONG, "kg", []))
    assert is_apart(draw_distributions([own], "greenhouse gases, of all kinds", "kg CO2e", []))
    assert is_apart(draw_tornado(BARS[:1], 5.4, LONG, "x", "kg", []))


class Page(HTMLParser):
    """The texts of a page's table cells, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "wbr"):
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def test_a_page_holds_the_picture_its_numbers_and_its_notes(tmp_path: Path) -> None:
    rows = [interval(5.0, "metal <b> & co", "maker_1 </table>")]
    picture = draw_intervals(rows, "gases <i>", "kg CO2e", ["1 < 2"])
    text = picture.save(tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.cells[:3] == ["product", "maker", "static"]
    assert page.cells[7:] == ["metal <b> & co", "maker_1 </table>", "1", "5", "4", "7", "kg CO2e per kg"]
    assert "<p><small>1 &lt; 2</small></p>" in text
    assert "<title>Gases &lt;i&gt;: 95 % intervals</title>" in text
    assert "src=" not in text  # it needs nothing else
    words = [each for each in picture.figure.texts if each.get_text()]
    assert len(words) == 2
    assert all(each.get_visible() and each.get_in_layout() for each in words)
    drawn = text[text.index("<svg") : text.index("</svg>")]
    assert "<!-- 1 &lt; 2 -->" not in drawn  # title and notes are those of the page, not once more in the picture
    assert "<!-- 1 &lt; 2 -->" in picture.to_svg()


def test_files_are_what_their_endings_say(tmp_path: Path) -> None:
    picture = draw_intervals([interval(5.0)], *WORDS)
    assert picture.save(tmp_path / "a.PNG").read_bytes()[:8] == PNG
    assert picture._repr_png_()[:8] == PNG
    svg = picture.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert draw_intervals([interval(5.0)], *WORDS).to_svg() == svg
    for name, said in (("a.pdf", "ends in none of"), ("no/a.png", "there is no folder"), ("", "is a folder")):
        with pytest.raises(lca.OutputError, match=said):
            picture.save(tmp_path / name)


def test_a_users_own_settings_change_nothing() -> None:
    usual = draw_intervals([interval(5.0)], *WORDS).to_png()
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "axes.grid": True}):
        assert draw_intervals([interval(5.0)], *WORDS).to_png() == usual


def test_names_are_spelled_as_they_are() -> None:
    assert spell("$x^2$") == r"\$x^2\$"
    assert spell("a\tb\n c") == "a b c"
    assert spell("\U000e0001", 3) == r"\U…001" or len(spell("\U000e0001", 3)) <= 5


TABLES = system(
    *(makes("mine", "ore"), makes("smelter", "bar"), takes("smelter", "ore", 2.0)),
    *(emits("mine", 3.0, uncertainty_type="lognormal", loc=float(np.log(3.0)), scale=0.2), emits("smelter", 1.0)),
    flows=[product("ore"), product("bar", per="kg")],
    processes=[process("mine", "extraction"), process("smelter", "processing")],
)


def simulate(folder: Path, keep: Sequence[str] = (), **more: Any) -> lca.Samples:
    return lca.simulate(
        lca.read_inventory(write_inventory(folder, TABLES)),
        core(),
        100,
        3,
        keep=keep,
        **({"indicators": ["ghg"]} | more),
    )


def test_samples_are_drawn_with_their_own_numbers(tmp_path: Path) -> None:
    samples = simulate(tmp_path, ["smelter", "mine"])
    picture = samples.plot()
    assert picture.title == "Greenhouse gases: 95 % intervals"
    rows = {each["product"]: each for each in picture.table.to_pylist()}
    assert set(rows) == {"ore", "bar"}
    drawn = samples.get("ghg", process_id="smelter")
    found = [rows["bar"][name] for name in ("2.5 %", "median", "97.5 %", "static")]
    assert found == pytest.approx([*np.quantile(drawn, [0.025, 0.5, 0.975]), 7.0])
    assert rows["bar"]["unit"] == "kg CO2e per kg"
    assert "100 draws of 1 uncertain row, seed 3" in picture.notes[-1]
    assert [each.num_rows for each in (simulate(tmp_path).plot().table, samples.plot(everything=True).table)] == [1, 2]
    (converged,) = [r for r in samples.plot("convergence").table.to_pylist() if r["product"] == "bar"]
    assert (converged["mean"], converged["draws"]) == (pytest.approx(drawn.mean()), 100)
    (spread_of,) = [r for r in samples.plot("distributions").table.to_pylist() if r["product"] == "ore"]
    assert spread_of["sd"] == pytest.approx(samples.get("ghg", process_id="mine").std(ddof=1))


def test_the_static_mark_is_that_of_means_where_these_were_asked_for(tmp_path: Path) -> None:
    """A bar is 2 x 3 + 1: the mean of a lognormal of median 3 and sigma 0.2 is 3 exp 0.02."""
    samples = simulate(tmp_path, static="means")
    (bar,) = samples.plot().table.to_pylist()
    assert bar["static"] == pytest.approx(2 * 3 * np.exp(0.02) + 1)
    assert "static values at means" in samples.plot().notes[-1]


def test_draws_without_an_answer_are_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcaengine.uncertainty.simulation.MOST_INFEASIBLE", 0.9)
    loop = system(
        *(makes("mine", "ore"), makes("plant", "power", unit="MJ"), takes("plant", "ore", 1.0), emits("plant", 1.0)),
        takes("mine", "power", 0.8, "MJ", uncertainty_type="uniform", minimum=0.6, maximum=1.05),
        flows=[product("ore"), product("power", "MJ")],
    )
    samples = lca.simulate(
        lca.read_inventory(write_inventory(tmp_path, loop)), core(), 60, 1, indicators=["ghg"], keep=["mine"]
    )
    lost = len(samples.infeasible)
    assert 0 < lost < 60
    for name in ("intervals", "distributions", "convergence"):
        picture = samples.plot(name)
        assert f"{lost} of 60 draws have no answer and are left out." in picture.notes
        assert np.isfinite([r["static"] for r in picture.table.to_pylist()]).all()
    assert samples.plot("convergence").table["draws"].to_pylist() == [60 - lost]


def test_what_is_missing_is_left_out_and_said(tmp_path: Path) -> None:
    declared = {**TABLES, "impacts": [row(process_id="quarry", indicator="ghg", amount=3.0, unit="kg CO2e", per="kg")]}
    declared["processes"] = [*TABLES["processes"], process("quarry")]
    declared["exchanges"] = [*TABLES["exchanges"], makes("quarry", "stone")]
    declared["flows"] = [*TABLES["flows"], product("stone")]
    footprints = score(tmp_path, declared)
    samples = lca.simulate(
        footprints.system.inventory, core(), 20, 1, indicators=["ghg", "energy"], keep=["quarry", "smelter"]
    )
    assert samples.plot(indicator="energy").notes[0] == "1 without a figure left out: it is missing."
    alone = lca.simulate(footprints.system.inventory, core(), 20, 1, indicators=["energy"], keep=["quarry"])
    with pytest.raises(lca.LcaError, match="no figure of energy is known"):
        alone.plot()


def test_what_is_no_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = simulate(tmp_path)
    with pytest.raises(lca.LcaError, match="'pie' is no picture"):
        samples.plot("pie")
    with pytest.raises(lca.LcaError, match="'energy' is no indicator that was drawn"):
        samples.plot(indicator="energy")
    monkeypatch.setattr("lcaengine.plots.style.find_spec", lambda _: None)
    with pytest.raises(lca.LcaError, match="pictures need matplotlib") as refused:
        samples.plot()
    assert refused.value.fix == "pip install 'lcaengine[plots]'"


def test_simulate_draws(run: Run, tmp_path: Path) -> None:
    words = ("simulate", "example:two-suppliers", "--draws", "40", "--indicator", "ghg")
    code, out, _ = run(*words, "--plot", tmp_path / "a.png")
    assert code == 0
    assert f"picture written to {tmp_path / 'a.png'}" in out
    assert (tmp_path / "a.png").read_bytes()[:8] == PNG
    code, out, err = run(*words, "--plot", tmp_path / "b.html", "--picture", "convergence", "--keep", "ore", "--json")
    assert code == 0
    assert "picture written to" in err
    assert json.loads(out)["run"]["draws"] == 40
    page = Page()
    page.feed((tmp_path / "b.html").read_text(encoding="utf-8"))
    assert page.cells[7:9] == ["ore", "market GLO"]


def test_drivers_are_drawn_as_a_tornado(run: Run, tmp_path: Path) -> None:
    """Bars are the score and its derivative times the sd of each amount."""
    footprints = lca.score(lca.read_inventory(lca.find_example("two-suppliers")))
    drivers = lca.list_drivers(footprints, product_id="metal", draws=0)
    picture = drivers.plot()
    assert picture.title == "Greenhouse gases of refinery: what drives it"
    inventory = footprints.system.inventory
    assert picture.notes[-1].startswith(f"{inventory.about.name} {inventory.hash[:12]}, core/1.0-ar6; ")
    assert picture.notes[-1].endswith("no draws; pedigree ecoinvent-3, gsd2, basic 1.05.")
    drawn = lca.list_drivers(footprints, product_id="metal", draws=50, seed=3, pedigree=lca.Pedigree("none"))
    assert drawn.plot().notes[-1].endswith(" in 50 draws, seed 3; pedigree none, gsd2, basic 1.05.")
    rows = {r["amount of"]: r for r in picture.table.to_pylist()}
    # The grid emits 0.6 kg a kWh, and the metal takes 4.8 + 0.8 + 2 = 7.6 kWh; its pedigree 2;1;3;2;1 gives a sigma of
    # sqrt(ln^2 1.05 + ln^2 1.05 + ln^2 1.10 + ln^2 1.01) / 2.
    sigma = np.sqrt(2 * np.log(1.05) ** 2 + np.log(1.10) ** 2 + np.log(1.01) ** 2) / 2
    sd = 0.6 * np.exp(sigma**2 / 2) * np.sqrt(np.exp(sigma**2) - 1)
    grid = rows["grid: Carbon dioxide, fossil (air)"]
    found = [grid["amount one sd lower"], grid["as written"], grid["one sd higher"]]
    assert found == pytest.approx([5.4 - 7.6 * sd, 5.4, 5.4 + 7.6 * sd], rel=1e-9)
    words = ("contributions", "example:two-suppliers", "--product", "metal", "--drivers", "--draws", "0")
    code, out, _ = run(*words, "--plot", tmp_path / "a.svg")
    assert code == 0
    assert f"picture written to {tmp_path / 'a.svg'}" in out
    assert ET.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8")).tag.endswith("svg")
    certain = (*words, "--pedigree", "none", "--indicator", "water_scarcity")
    code, _, err = run(*certain, "--plot", tmp_path / "b.png", "-o", tmp_path / "b.csv")
    assert code == 2
    assert "rests on nothing uncertain" in err
    code, _, err = run(*words[:4], "--plot", tmp_path / "b.png")
    assert code == 2
    assert "add --drivers" in err
    assert [each.name for each in tmp_path.iterdir()] == ["a.svg"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--plot", "a.gif"], "ends in none of .png, .svg, .html"),
        (["--plot", "nowhere/a.png"], "there is no folder"),
        (["--plot", "a.png", "--picture", "tornado"], "'tornado' is no picture"),
        (["--plot", "a.png", "--indicator", "ghg", "--indicator", "energy"], "a picture is of one indicator"),
        (["--picture", "intervals"], "add --plot FILE"),
        (["--keep", "ore"], "add one, or leave --keep away"),
    ],
)
def test_simulate_refuses_before_it_draws(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    words = [str(tmp_path / word) if word.endswith((".gif", ".png")) else word for word in words]
    code, out, err = run("simulate", "example:two-suppliers", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_draws_without_a_picture_import_no_matplotlib() -> None:
    code = """
import sys
from lcaengine.cli.app import main
sys.argv = ["lcaengine", "simulate", "example:two-suppliers", "--draws", "8", "--indicator", "ghg"]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print("matplotlib" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
