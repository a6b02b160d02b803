"""rivals.json as tables and as a picture.

usage: python -m benchmarks.stories.rivals_report [FOLDER]    (after a new left_out.json: the rest is not run again)

left_out.json is that of benchmarks.stories.left_out: Newsfold's B-cubed F1 on each set by models that never saw it.
"""

import json
import sys
from pathlib import Path
from statistics import mean
from typing import Any

OURS = "Newsfold"
RULE = "Newsfold, rule without learning"
LEFT_OUT = "Newsfold, set left out"
F1 = "b_cubed_f1"
COLUMNS = (
    "b_cubed_precision", "b_cubed_recall", F1, "pairwise_precision", "pairwise_recall", "pairwise_f1", "ami",
)  # fmt: skip
PROTOCOL = """\
Articles in order of publication, one pass, first assignment (for Newsfold also the repaired one), five shuffles of
ties (TextClust, for its slowness, one). Everybody reads the same cleaned titles and texts. MiniLM is
all-MiniLM-L6-v2, over the title and the first 100 words; "static" is Newsfold's own table; "lead" is the title and
the first 50 words; "time" is nearness in time to a story's articles. Each rival has one setting, the one of its
grid with the best mean over the sets marked *; in brackets stands its own best setting for each set. Newsfold has
its defaults.

**Not equal terms, in both directions.** Newsfold's shipped model was trained on streams made of the sets marked *.
The rivals were tuned on them, and count document frequencies over them before the stream begins; Newsfold's table of
frequencies was counted over them too. "Set left out" is the fair line: models made without the set. Birch and average
link name a story after reading the whole stream; average link compares everything with everything, and for it the
bracket, an oracle's threshold, is meant."""
SPEED = """\
Articles a second of processor time, vectors made beforehand (MiniLM makes some tens a second on such a core:
benchmarks/encoders/results.md). The centroid rules take all similarities from one matrix product, which is faster
than a stream allows and impossible on a long one. Newsfold's figure is the whole fold: copies, stories, snapshots."""


def write_report(folder: Path) -> None:
    """Write rivals.md and rivals.png from rivals.json, and left_out.json where it exists."""
    results = json.loads((folder / "rivals.json").read_text(encoding="utf8"))
    left_out = folder / "left_out.json"
    judged = json.loads(left_out.read_text(encoding="utf8")) if left_out.exists() else []
    unseen = {one["name"]: dict(zip(("first", "repaired"), one["together"], strict=True)) for one in judged}
    (folder / "rivals.md").write_text(markdown(results, unseen), encoding="utf8")
    draw(results, unseen, folder / "rivals.png")


def markdown(results: dict[str, Any], unseen: dict[str, dict[str, float]]) -> str:
    """The whole report."""
    sets, engines = results["sets"], results["engines"]
    lines = ["# Stories against the rivals'", "", "![B-cubed F1 by set](rivals.png)", "", PROTOCOL, ""]
    lines += ["## B-cubed F1", "", *_overview(sets, engines, unseen), ""]
    lines += ["## Above every rival?", "", *_verdicts(sets, engines, unseen), ""]
    lines += ["## Settings and speed", "", SPEED, "", *_settings(engines), ""]
    lines += ["## Every figure", ""]
    for name, one in sets.items():
        counts = f"{one['articles']:,} articles, {one['stories']} stories"
        lines += [f"### {name}: {counts}", "", *_details(name, engines), ""]
    versions = ", ".join(f"{name} {version}" for name, version in results.get("versions", {}).items())
    load = ", ".join(str(load) for load in results["machine"]["load"])
    lines += [f"{versions}; load average {load} on {results['machine']['processors']} shared processors."]
    return "\n".join(lines) + "\n"


def _overview(sets: dict[str, Any], engines: dict[str, Any], unseen: dict[str, Any]) -> list[str]:
    tuned = [name for name, one in sets.items() if one["tuned_on"]]
    heads = [f"{name}{'*' if one['tuned_on'] else ''}" for name, one in sets.items()]
    rows = [f"| | {' | '.join(heads)} | mean of * |", "|---" * (len(sets) + 2) + "|"]
    for engine in (OURS, LEFT_OUT, RULE):
        first = scores(engine, engines, unseen, "first")
        repaired = scores(engine, engines, unseen, "repaired")
        cells = [_pair(first.get(name), repaired.get(name)) for name in sets]
        whole = all(name in first for name in tuned)
        cells.append(_pair(_mean(first, tuned), _mean(repaired, tuned)) if whole else "")
        rows.append(f"| **{engine}**, first > repaired | {' | '.join(cells)} |")
    for engine in _rivals(engines):
        chosen = scores(engine, engines, unseen, "first")
        own = scores(engine, engines, unseen, "own_best")
        cells = [f"{chosen[name]:.3f} ({own[name]:.3f})" for name in sets]
        cells.append(f"{_mean(chosen, tuned):.3f} ({_mean(own, tuned):.3f})")
        mark = ", reads the whole stream" if engines[engine]["whole_stream"] else ""
        rows.append(f"| {engine}{mark} | {' | '.join(cells)} |")
    return rows


def _verdicts(sets: dict[str, Any], engines: dict[str, Any], unseen: dict[str, Any]) -> list[str]:
    """For each set, Newsfold beside the best stream rival, and beside the best of all with an oracle."""
    rows = [
        "Newsfold's margin in points: shipped > repaired, left out > repaired.", "",
        "| set | best rival that streams | margin | left out | best of all, own best setting | margin | left out |",
        "|---" * 7 + "|",
    ]  # fmt: skip
    for name in sets:
        streams = {
            rival: engines[rival]["first"][name][F1]
            for rival in _rivals(engines)
            if not engines[rival]["whole_stream"]
        }
        every = {rival: engines[rival]["own_best"][name][F1] for rival in _rivals(engines)}
        cells = []
        for field in (streams, every):
            best = max(field, key=field.__getitem__, default=None)
            if best is None:
                return []
            cells.append(f"{best} {field[best]:.3f}")
            for engine in (OURS, LEFT_OUT):
                first = scores(engine, engines, unseen, "first").get(name)
                repaired = scores(engine, engines, unseen, "repaired").get(name)
                cells.append(_margin(first, repaired, field[best]))
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def _settings(engines: dict[str, Any]) -> list[str]:
    rows = ["| | setting | settings tried | articles/s |", "|---|---|---|---|"]
    for engine, entry in engines.items():
        setting = ", ".join(
            f"{key.replace('_', ' ')} {_shown(value)}"
            for key, value in entry.get("setting", {}).items()
            if value not in ("none", 0.0, [1.0])
        )
        tried = entry.get("settings_tried", "")
        rows.append(f"| {engine} | {setting or 'default'} | {tried} | {entry['articles_per_second']:,.0f} |")
    return rows


def _details(name: str, engines: dict[str, Any]) -> list[str]:
    heads = "B³ P | B³ R | B³ F1 | pair P | pair R | pair F1 | AMI | stories | largest"
    rows = [f"| | {heads} |", "|---" * 10 + "|"]
    for engine, entry in engines.items():
        for kind in ("first", "repaired"):
            one = entry.get(kind, {}).get(name)
            if one is not None:
                cells = [f"{one[column]:.3f}" for column in COLUMNS]
                cells += [f"{one['stories_found']:.0f} of {one['stories_true']:.0f}"]
                cells += [f"{one['largest_found']:.0f} of {one['largest_true']:.0f}"]
                label = f"{engine}, {kind}" if "repaired" in entry else engine
                rows.append(f"| {label} | {' | '.join(cells)} |")
    return rows


def scores(
    engine: str, engines: dict[str, Any], unseen: dict[str, dict[str, float]], kind: str
) -> dict[str, float]:
    """B-cubed F1 by set; `kind`: first, repaired or own_best. Empty where an engine has none."""
    if engine == LEFT_OUT:
        return {name: one[kind] for name, one in unseen.items() if kind in one}
    return {name: one[F1] for name, one in engines.get(engine, {}).get(kind, {}).items()}


def _rivals(engines: dict[str, Any]) -> list[str]:
    """Those that stream first."""
    rivals = [engine for engine in engines if engine not in (OURS, RULE)]
    return sorted(rivals, key=lambda engine: engines[engine]["whole_stream"])


def _mean(by_set: dict[str, float], names: list[str]) -> float:
    return mean(by_set[name] for name in names)


def _pair(first: float | None, repaired: float | None) -> str:
    return "" if first is None or repaired is None else f"{first:.3f} > {repaired:.3f}"


def _margin(first: float | None, repaired: float | None, theirs: float) -> str:
    if first is None or repaired is None:
        return ""
    return f"{100 * (first - theirs):+.1f} > {100 * (repaired - theirs):+.1f}"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " + ".join(_shown(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def draw(results: dict[str, Any], unseen: dict[str, dict[str, float]], path: Path) -> None:
    """One panel a set, one row an engine: how far right each one stands."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    sets, engines = results["sets"], results["engines"]
    tuned = [name for name, one in sets.items() if one["tuned_on"]]
    rivals = sorted(_rivals(engines), key=lambda rival: _mean(scores(rival, engines, unseen, "first"), tuned))
    ours = [engine for engine in (RULE, LEFT_OUT, OURS) if scores(engine, engines, unseen, "first")]
    rows = [*rivals, *ours]
    style = {
        "font.size": 9,
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style):
        figure, panels = pyplot.subplots(
            1, len(sets), figsize=(2.1 * len(sets) + 2.6, 0.3 * len(rows) + 1.6), sharey=True,
            layout="constrained", squeeze=False,
        )  # fmt: skip
        for panel, (name, one) in zip(panels[0], sets.items(), strict=True):
            _draw_panel(panel, name, rows, engines, unseen)
            panel.set_title(f"{name}\n{one['articles']:,} articles, {one['stories']} stories", fontsize=9)
        panels[0][0].set_yticks(range(len(rows)), rows)
        for label, engine in zip(panels[0][0].get_yticklabels(), rows, strict=True):
            label.set_color(OUR_COLOUR if engine in ours else "black")
            label.set_fontweight("bold" if engine == OURS else "normal")
        figure.suptitle("B-cubed F1 by labelled stream, one setting for all", x=0.01, ha="left", fontsize=12)
        figure.legend(
            handles=_legend(mpl.lines.Line2D),
            loc="outside lower center",
            ncols=5,
            frameon=False,
            fontsize=8.5,
        )
        figure.savefig(path, dpi=150)
        pyplot.close(figure)


OUR_COLOUR, RIVAL_COLOUR, WHOLE_COLOUR = "#c0392b", "#2c3e50", "#8e9aa6"


def _draw_panel(
    panel: Any, name: str, rows: list[str], engines: dict[str, Any], unseen: dict[str, dict[str, float]]
) -> None:
    panel.grid(axis="x", color="#e5e5e5", linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    for row, engine in enumerate(rows):
        first = scores(engine, engines, unseen, "first").get(name)
        second = scores(engine, engines, unseen, "repaired" if engine not in _rivals(engines) else "own_best")
        if first is None or name not in second:
            continue
        rival = engine in _rivals(engines)
        whole = rival and engines[engine]["whole_stream"]
        colour = WHOLE_COLOUR if whole else RIVAL_COLOUR if rival else OUR_COLOUR
        panel.plot([first, second[name]], [row, row], color=colour, linewidth=1, alpha=0.5, zorder=2)
        panel.plot(second[name], row, "o" if rival else "D", mfc="white", mec=colour, ms=5, zorder=3)
        panel.plot(first, row, "o" if rival else "D", color=colour, ms=5.5, zorder=4)
    best = scores(OURS, engines, unseen, "repaired").get(name)
    if best is not None:
        panel.axvline(best, color=OUR_COLOUR, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)


def _legend(line: Any) -> list[Any]:
    def mark(colour: str, marker: str, face: str, label: str) -> Any:
        return line([], [], color=colour, marker=marker, mfc=face, linestyle="", label=label)

    return [
        mark(OUR_COLOUR, "D", OUR_COLOUR, "Newsfold, first assignment"),
        mark(OUR_COLOUR, "D", "white", "Newsfold, repaired"),
        mark(RIVAL_COLOUR, "o", RIVAL_COLOUR, "rival, one setting for all"),
        mark(RIVAL_COLOUR, "o", "white", "rival, its best setting for the set"),
        mark(WHOLE_COLOUR, "o", WHOLE_COLOUR, "reads the whole stream first"),
    ]


if __name__ == "__main__":
    write_report(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "results")
