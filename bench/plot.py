#!/usr/bin/env python3
"""Draws the plots of a report, each as SVG and PNG, beside its JSON file.

    python3 bench/plot.py REPORT.json

NAME-throughput-ENCODING-{array-warm,array-cold,list-warm,count-warm}: bars, one panel for each text.  NAME-latency: time against the size
of short texts.  NAME-size: time per byte against the size of long ones.  NAME-programs: whole programs.  Where a plot would be empty
there is none.
"""

import json
import os
import sys
from statistics import median

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import peers  # noqa: E402

OURS_COLOUR, FORCED_COLOUR, OTHERS_COLOUR = "#1f5fbf", "#9dbce8", "#b5b5b0"
# In lines every tokenizer has its own; token_ranker is also the thickest.
LINE_COLOURS = {
    peers.OURS: OURS_COLOUR,
    "gigatoken": "#d1495b",
    "quicktok": "#2a9d6f",
    "tiktoken": "#6b6b6b",
    "bpe-openai": "#c98a1b",
    "rs_bpe": "#7d5ba6",
    "tokie": "#17a2b8",
    "tokenizers": "#8c564b",
    "tokendagger": "#3d3d7a",
    "python": "#000000",
}
INK = "#333333"
THROUGHPUTS = (
    ("array", "warm", "to an array, warm"),
    ("array", "cold", "to an array, cold"),
    ("list", "warm", "to a list, warm"),
    ("count", "warm", "count, warm"),
)

plt.rcParams.update({
    "font.size": 9,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "token_ranker",
})  # fmt: skip


def save(figure, base, name):
    for ending in ("svg", "png"):
        figure.savefig(f"{base}-{name}.{ending}", dpi=120, metadata={"Date": None} if ending == "svg" else None)
    plt.close(figure)
    print(f"{base}-{name}.png")


def bar_colour(name):
    return OURS_COLOUR if name == peers.OURS else FORCED_COLOUR if name in peers.FORCED else OTHERS_COLOUR


def label_of(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def draw_bars(axes, samples, title):
    """Horizontal bars of medians, the fastest on top, with a line from the least to the most. samples: {tokenizer: values}."""
    names = sorted(samples, key=lambda name: median(samples[name]))
    middles = [median(samples[name]) for name in names]
    axes.barh(names, middles, color=[bar_colour(name) for name in names], height=0.72)
    longest = max(max(samples[name]) for name in names)
    for at, (name, middle) in enumerate(zip(names, middles)):
        least, most = min(samples[name]), max(samples[name])
        axes.plot([least, most], [at, at], color=INK, linewidth=0.8)
        weight = "bold" if name == peers.OURS else "normal"
        axes.text(max(most, middle) + 0.015 * longest, at, label_of(middle), va="center", fontsize=8, fontweight=weight)
    axes.set_xlim(0, 1.14 * longest)
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == peers.OURS else "normal")


def panels(count, width, height):
    """A figure with so many panels in rows of three at most."""
    columns = min(3, count)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width * columns, height * rows + 0.6), layout="constrained", squeeze=False)
    flat = list(axes.flat)
    for unused in flat[count:]:
        unused.set_axis_off()
    return figure, flat[:count]


def plot_throughput(run, base):
    for encoding in sorted({row["encoding"] for row in run["rows"]}):
        for kind, state, title in THROUGHPUTS:
            by_text = {}
            for row in run["rows"]:
                wanted = ("throughput", encoding, kind, state)
                if (row["measure"], row["encoding"], row.get("kind"), row.get("state")) == wanted and row["ns"]:
                    by_text.setdefault(row["text"], {})[row["tokenizer"]] = [row["bytes"] * 1e3 / ns for ns in row["ns"]]
            if not by_text:
                continue
            most = max(map(len, by_text.values()))
            figure, axes = panels(len(by_text), 4.2, 0.7 + 0.2 * most)
            for one, (text, samples) in zip(axes, by_text.items()):
                draw_bars(one, samples, text)
            figure.suptitle(f"MB/s {title}, {encoding}, one thread", x=0.01, ha="left", fontsize=12, fontweight="bold")
            save(figure, base, f"throughput-{encoding}-{kind}-{state}")


def draw_lines(axes, lines, x_label, y_label):
    """Medians, and the range of the values behind them. lines: {tokenizer: [(x, values)]}."""
    for name, points in lines.items():
        points = sorted(points)
        width = 2.6 if name == peers.OURS else 1.3
        sizes, middles = [x for x, _ in points], [median(values) for _, values in points]
        least, most = [min(values) for _, values in points], [max(values) for _, values in points]
        colour = LINE_COLOURS.get(name, OTHERS_COLOUR)
        axes.plot(sizes, middles, color=colour, linewidth=width, marker="o", markersize=width + 1, label=name)
        axes.fill_between(sizes, least, most, color=colour, alpha=0.15, linewidth=0)
    axes.set_xscale("log")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(True, which="major", color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)


def plot_latency(run, base):
    rows = [row for row in run["rows"] if row["measure"] == "latency" and row["kind"] == "list" and row["ns"]]
    encodings = sorted({row["encoding"] for row in rows})
    if not rows:
        return
    figure, axes = panels(len(encodings), 5.6, 4.6)
    for one, encoding in zip(axes, encodings):
        lines = {}
        for row in rows:
            if row["encoding"] == encoding:
                lines.setdefault(row["tokenizer"], []).append((row["size"], [ns / 1e3 for ns in row["ns"]]))
        draw_lines(one, lines, "bytes of the text", "µs for one call, to a list")
        one.set_yscale("log")
        one.set_title(encoding, loc="left", fontsize=10, fontweight="bold")
        slowest_first = sorted(lines, key=lambda name: -median(max(point for point in lines[name] if point[0] <= 1000)[1]))
        handles = dict(zip(one.get_legend_handles_labels()[1], one.get_legend_handles_labels()[0]))
        one.legend([handles[name] for name in slowest_first], slowest_first, frameon=False, fontsize=8)
    save(figure, base, "latency")


def plot_size(run, base):
    rows = [row for row in run["rows"] if row["measure"] == "size" and row["ns"]]
    texts = list(dict.fromkeys((row["encoding"], row["text"]) for row in rows))
    if not rows:
        return
    figure, axes = panels(len(texts), 4.2, 3.2)
    for one, (encoding, text) in zip(axes, texts):
        lines = {}
        for row in rows:
            if (row["encoding"], row["text"]) == (encoding, text):
                lines.setdefault(row["tokenizer"], []).append((row["size"], [ns / row["bytes"] for ns in row["ns"]]))
        draw_lines(one, lines, "bytes of the text", "ns for each byte, to an array")
        one.set_ylim(bottom=0)
        one.set_title(f"{text}, {encoding}", loc="left", fontsize=9, fontweight="bold")
        one.legend(frameon=False, fontsize=8)
    save(figure, base, "size")


def plot_programs(run, base):
    if not run["programs"]:
        return
    figure, axes = panels(len(run["programs"]), 4.2, 3.2)
    for one, (text, programs) in zip(axes, run["programs"].items()):
        draw_bars(one, {name: [1e3 * second for second in seconds] for name, seconds in programs.items()}, f"{text}, ms")
    figure.suptitle("Whole programs: start Python, import, read, count; cl100k_base", x=0.01, ha="left", fontsize=12, fontweight="bold")
    save(figure, base, "programs")


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        run = json.load(file)
    base = os.path.splitext(path)[0]
    for plot in (plot_throughput, plot_latency, plot_size, plot_programs):
        plot(run, base)


if __name__ == "__main__":
    main()
