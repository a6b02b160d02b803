"""The table of levels.py: two runs side by side, before and after.

usage: python -m benchmarks.stories.levels_report BEFORE.json AFTER.json OUT.md
"""

import sys
from pathlib import Path

import msgspec

from benchmarks.stories.levels import AFFAIRS, MIXES, MOST, SEEDS, Figures

Results = dict[str, Figures]


def markdown(before: Results, after: Results) -> str:
    """Both runs, a row for each set and each part of the mixes."""
    lines = [
        "# Stories and storylines, each judged at its level",
        "",
        "`python -m benchmarks.stories.levels` over the development sets: B-cubed F1 (precision, recall) of the "
        f"whole fold, the mean of {SEEDS} orders of ties, and of {MIXES} mixes. No event counts for more than "
        f"{MOST:.0%} of a score. The shipped model was trained on all sets but og and t17.",
        "",
        "| set | level | before | after |",
        "|---|---|---|---|",
    ]
    for name, figures in after.items():
        if name == "mixed: cross":
            continue
        level = "storylines" if name.removeprefix("mixed: ") in AFFAIRS else "stories"
        was = before.get(name)
        lines.append(f"| {name} | {level} | {_cell(was) if was else ''} | {_cell(figures)} |")
        for key, label in (("english_f1", "its English part"), ("stories_f1", "by stories")):
            if key in figures:
                earlier = f"{was[key]:.3f}" if was and key in was else ""
                lines.append(f"| {name}, {label} | stories | {earlier} | {figures[key]:.3f} |")
    shares = [results.get("mixed: cross", {}).get("share", 0.0) for results in (before, after)]
    lines += [
        "",
        "Before there were no storylines: its stories are judged in their place. Articles of the mixes in a "
        f"storyline most of whose articles are of another set: {shares[0]:.1%} (stories) before, "
        f"{shares[1]:.1%} after.",
    ]
    return "\n".join(lines) + "\n"


def _cell(figures: Figures) -> str:
    return f"{figures['f1']:.3f} ({figures['precision']:.3f}, {figures['recall']:.3f})"


if __name__ == "__main__":
    runs = [msgspec.json.decode(Path(path).read_bytes(), type=Results) for path in sys.argv[1:3]]
    Path(sys.argv[3]).write_text(markdown(*runs), encoding="utf8")
