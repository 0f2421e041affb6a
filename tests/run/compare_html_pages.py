# SPDX-License-Identifier: Apache-2.0
# Looks around on the pages of compare and bench in headless Chromium: compare_html_pages.py COMPARE JSON
# METHODS JSON BENCH JSON FIRST prints TAP from FIRST.
import json
import re
import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import browser
from browser import (all_of, background, button, check, clear_search, colours, contrasts, current, find, press,
                     search, session, text, unnamed, until, values)

METRICS = ["time", "cpu", "peak", "allocations", "bytes"]
CHANGED = {"faster", "slower", "smaller", "larger", "fewer", "more"}


def around(views):
    def go(at):
        press(str(at + 1))
        return current() == views[at]
    check("keys go to the views", lambda: all(go(at) for at in range(len(views))))
    check("so do clicks on the tabs", lambda: all(
        [find(f"#tab-{view}").click(), current() == view][1] for view in views))
    check("all that can be clicked has a name", lambda: all(
        go(at) and not unnamed() for at in range(len(views))))
    check("nothing is wider than a small window", lambda: all(
        go(at) and fits() for at in range(len(views))))
    press("1")
    light = background()
    check("contrast is 4.5 or more where it is light", lambda: contrasts() >= 4.5)
    check("t makes it dark", lambda: [press("t"), background() != light][1])
    check("contrast is 4.5 or more where it is dark", lambda: contrasts() >= 4.5)
    press("t")


def fits():
    driver.set_window_size(800, 600)
    wide = driver.execute_script("""
        return document.documentElement.scrollWidth > document.documentElement.clientWidth;""")
    driver.set_window_size(1400, 900)
    return not wide


def column(at):
    return values(f"main tbody td:nth-child({at})")


def names():
    return [e.text for e in all_of("main tbody .name")]


def ratio_text(ratio):
    return f"{ratio:.{3 if ratio < 99.95 else 0}f}"


def known(rows, metric):
    return [row for row in rows if row[metric]["before"] or row[metric]["after"]]


# ---- compare ----

def overview(rows):
    program = rows[0]
    kernels = [row for row in rows if row["kind"] == "kernel"]
    word = lambda row: row["time"]["verdict"] if row["presence"] == "both" else row["presence"]
    check("the title names both sides", lambda: driver.title.startswith("a1, b1"))
    check("overview: the program's ratios", lambda: values(".tiles .big") == [
        program[m]["ratio"] for m in METRICS if program[m]["ratio"] is not None])
    check("overview: its medians", lambda: values(".tiles dd:nth-child(3)") == [
        program[m][side] for m in METRICS for side in ("before", "after") if program[m][side] is not None])
    check("overview: its verdicts", lambda: [
        e.text.split(",")[0] for e in all_of(".tiles dd:nth-child(4)")] == [program[m]["verdict"] for m in METRICS])
    found = {e.text.split("\n")[-1]: float(e.find_element("tag name", "data").get_attribute("value"))
             for e in all_of(".count")}
    check("overview: how many kernels had which verdict", lambda: found and all(
        count == sum(word(row) == name for row in kernels) for name, count in found.items())
        and sum(found.values()) == len(kernels))
    first = list(found)[0]
    check("overview: a verdict leads to its rows", lambda: [
        find(".count").click(), current() == "table" and len(all_of("main tbody tr")) == sum(
            word(row) == first for row in rows if known([row], "time"))][1])
    clear_search()
    press("1")
    check("overview: what changed most leads to its row", lambda: [
        all_of(".bars button")[-1].click(), current() == "table" and len(all_of("main tbody tr")) >= 1][1])
    clear_search()


def table(rows):
    press("2")
    shown = known(rows, "time")
    ratio = lambda some: [row["time"]["ratio"] for row in some if row["time"]["ratio"] is not None]
    check("table: all rows, in order", lambda: names() == [row["name"] for row in shown])
    check("table: before", lambda: column(2) == [row["time"]["before"] for row in shown])
    check("table: after", lambda: column(3) == [row["time"]["after"] for row in shown])
    check("table: ratios", lambda: column(4) == ratio(shown))
    check("table: p", lambda: column(7) == [row["time"]["p"] for row in shown if row["time"]["p"] is not None])
    check("table: verdicts", lambda: [e.text for e in all_of("main tbody .verdict")] == [
        row["time"]["verdict"] for row in shown])
    check("table: intervals are told and drawn", lambda: [
        re.findall(r"interval ([\d.]+) to ([\d.]+)", e.get_attribute("aria-label"))
        for e in all_of("main tbody .interval")] == [
        [tuple(ratio_text(row["time"][end]) for end in ("ratio_low", "ratio_high"))]
        if row["time"]["ratio_low"] is not None else [] for row in shown])
    check("table: the line is at 1, the point at the ratio", lambda: all(
        (float(e.find_element("css selector", ".ratio").get_attribute("cx")) < 75) == (row["time"]["ratio"] < 1)
        for e, row in zip(all_of("main tbody .interval"), shown) if abs(row["time"]["ratio"] - 1) > 0.01))
    all_of("main th button")[3].click()
    check("table: sorted by ratio", lambda: column(4) == sorted(ratio(shown), reverse=True))
    all_of("main th button")[3].click()
    check("table: and the other way", lambda: column(4) == sorted(ratio(shown)))
    all_of("main th button")[0].click()
    search("fusion")
    check("table: filtered", lambda: names() and all("fusion" in e.text for e in all_of("main tbody tr")))
    clear_search()
    button("Operations").click()
    check("table: operations alone", lambda: names() == [
        row["name"] for row in shown if row["kind"] == "operation"])
    button("All").click()
    button("Changed").click()
    check("table: what changed alone", lambda: names() == [
        row["name"] for row in shown if row["time"]["verdict"] in CHANGED])
    button("Any verdict").click()
    button("Peak heap").click()
    peak = known(rows, "peak")
    check("table: another metric", lambda: names() == [row["name"] for row in peak]
          and column(3) == [row["peak"]["after"] for row in peak])


def direction(before, after):
    return "−" if after < before else "[+]"


def shade():
    """What the colour of the outermost frame says, where it has no text; from a copy, for reading
    a canvas several times is warned of."""
    red, _, blue = driver.execute_async_script("""
        const done = arguments[0];
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const canvas = document.querySelector('main canvas');
            const copy = document.createElement('canvas').getContext('2d');
            copy.drawImage(canvas, -canvas.width / 2, -10);
            done([...copy.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
        }));""")
    return "−" if blue > red + 20 else "[+]" if red > blue + 20 else f"neither: {red} {blue}"


def difference(data):
    press("3")
    shown = [name for name, tree in (("Time", "time"), ("CPU", "cpu"), ("Allocated", "memory"))
             if data["trees"][tree]["before"][0] + data["trees"][tree]["after"][0] > 0]
    check("flame graph: metrics", lambda: [
        e.text for e in all_of("main [aria-label=Metric] button")] == shown)
    time = data["trees"]["time"]
    check("flame graph: both wholes", lambda: values(".status") == [time["before"][0], time["after"][0]])
    check("flame graph: it is drawn", lambda: colours("main canvas") > 4)
    canvas = find("main canvas")
    at = lambda y: ActionChains(driver).move_to_element_with_offset(
        canvas, 20 - canvas.size["width"] // 2, y - canvas.size["height"] // 2)
    main = [time[side][time["name"].index(data["names"].index("main"))] for side in ("before", "after")]
    check("flame graph: pointing tells both sides", lambda: [
        at(30).perform(), until(lambda: text(".tip strong") == "main"),
        re.search(r"Before: .*\nAfter: .*\n" + direction(*main) + f".*, ×{main[1] / main[0]:.3f}$", text(".tip"))][2])
    check("flame graph: less is blue, more is red", lambda: shade() == direction(*main))
    crumbs = lambda: len(all_of(".crumbs > *"))
    check("flame graph: a click zooms", lambda: [at(30).click().perform(), crumbs() == 2][1])
    button("After").click()
    check("flame graph: as wide as after, at the same frame", lambda: crumbs() == 2)
    check("flame graph: Escape zooms out", lambda: [press(Keys.ESCAPE), crumbs() == 1][1])
    check("flame graph: the whole is still both", lambda: values(".status") == [time["before"][0], time["after"][0]])
    button("Both").click()
    search("signal_mapping")
    kernel = [i for i, name in enumerate(time["name"]) if "signal_mapping" in data["names"][name]]
    outer = [i for i in kernel if time["parent"][i] not in kernel]
    check("flame graph: what is found, on both sides", lambda: values(".found") == [
        sum(time[side][i] for i in outer) for side in ("before", "after")])
    clear_search()
    button("Allocated").click()
    whole = [data["trees"]["memory"][side][0] for side in ("before", "after")]
    check("flame graph: another metric", lambda: values(".status") == whole and shade() == direction(*whole))


def paths():
    press("4")
    button("Time").click()
    changes = column(1)
    check("call paths: by change", lambda: changes and [abs(v) for v in changes] == sorted(
        [abs(v) for v in changes], reverse=True))
    check("call paths: change is after less before", lambda: changes == [
        b - a for a, b in zip(column(2), column(3))])
    search("rbf")
    check("call paths: filtered", lambda: 0 < len(column(1)) < len(changes))
    clear_search()


def recordings(data):
    press("5")
    check("the recordings are named", lambda: all(
        path in text("main") for side in ("before", "after") for path in data[side]))


# ---- compare --methods ----

def methods(document):
    sets = document["methods"]
    program = [one["rows"][0] for one in sets]
    check("methods: a bar a set", lambda: [
        e.text for e in find(".bars").find_elements("class name", "name")] == [one["name"] for one in sets])
    check("methods: the medians", lambda: [
        float(e.get_attribute("value")) for e in find(".bars").find_elements("tag name", "data")] == [
        row["time"]["after"] for row in program])
    check("methods: the ratio is told", lambda: f"×{program[1]['time']['ratio']:.3f}" in find(
        ".bars li:nth-child(2) .interval").get_attribute("aria-label"))
    press("2")
    check("methods: the table has all sets", lambda: len(all_of("main tbody tr")) == sum(
        len(known(one["rows"], "time")) for one in sets))


# ---- bench ----

def charts(document):
    cells, scaling = document["cells"], document["scaling"]
    value = lambda cell: cell["median_ns"] or cell["estimate_ns"]
    time = all_of(".chart")[0]
    inside = lambda selector: time.find_elements("css selector", selector)
    until(lambda: inside(".plot svg"))
    check("charts: a point a cell", lambda: len(inside(".plot .point")) == len(cells))
    check("charts: estimates look otherwise", lambda: len(inside(".plot .point.estimated")) == sum(
        cell["state"] == "estimated" for cell in cells) == 4 and len(inside(".plot .line.estimated")) == 4)
    check("charts: and are called so", lambda: "estimated, not measured" in inside(".legend")[0].text
          and all("estimated" in e.get_attribute("aria-label") for e in inside(".plot .point.estimated")))
    check("charts: medians have their range", lambda: len(inside(".plot .range")) == 3 * sum(
        cell["state"] == "measured" for cell in cells))
    check("charts: exponents with their interval", lambda: [
        f"{fit['exponent']:.2f} ({fit['exponent_low']:.2f} to {fit['exponent_high']:.2f})" in inside(".legend")[0].text
        for fit in scaling] == [True] * 4)
    crossings = [c for c in document["crossings"] if c["size"]]
    check("charts: crossings are marked", lambda: [e.text for e in inside(".plot text.mark")] == [
        f"{c['chain']} pays from {round(c['size']):,}" for c in sorted(crossings, key=lambda c: c["size"])]
          and crossings)
    check("charts: and told", lambda: values(".advantages") == [c["size"] for c in crossings])
    inside("summary")[0].click()
    check("charts: the same as a table", lambda: [
        float(e.get_attribute("value")) for e in inside("td data")] == [value(cell) for cell in cells])
    first = inside(".plot .point")[0]
    driver.execute_script("arguments[0].focus()", first)
    label = lambda: driver.switch_to.active_element.get_attribute("aria-label")
    check("charts: a point tells its figures", lambda: label().startswith("none, size 1,000: median 1.02 ms")
          and "size 1,000" in text(".tip"))
    check("charts: an arrow goes along", lambda: [press(Keys.ARROW_RIGHT), "none, size 2,000" in label()][1])
    check("charts: another to the next series", lambda: [
        press(Keys.ARROW_UP), "parallel:threads=1, size 2,000" in label()][1])
    check("charts: pointing tells them, too", lambda: [
        ActionChains(driver).move_to_element(inside(".plot .point .hit")[3]).perform(),
        until(lambda: "size 8,000" in text(".tip"))][1])
    speed = all_of(".chart")[2].find_elements("css selector", "td data")
    check("charts: speedup over threads", lambda: sorted(float(e.get_attribute("value")) for e in speed) == sorted(
        cell["speedup"] for cell in cells if cell["speedup"]))
    check("charts: with the ideal line", lambda: all_of(".chart .plot .ideal"))
    search("threads=4")
    check("charts: others fade in a search", lambda: len(inside(".plot .series.faded")) == 3)
    clear_search()


def bench_tables(document):
    cells = document["cells"]
    press("2")
    check("cells: medians and estimates", lambda: column(6) == [
        cell["median_ns"] or cell["estimate_ns"] for cell in cells])
    check("cells: estimates are marked", lambda: [e.text[0] for e in all_of("td data.estimated")] == ["~"] * 4)
    check("cells: ratios to the first", lambda: column(13) == [
        cell["against_first"]["ratio"] for cell in cells if cell["against_first"]])
    press("3")
    check("scaling: exponents", lambda: values("[aria-label=Scaling] td:nth-child(4)") == [
        fit["exponent"] for fit in document["scaling"]])
    press("4")
    check("the configuration is shown", lambda: all(
        word in text("main") for word in ("none, parallel", "1, 2, 4", "nowhere", "30 s a cell")))


def page_data():
    return json.loads(driver.execute_script("return document.getElementById('data').textContent"))


documents = [json.load(open(sys.argv[at])) for at in (2, 4, 6)]
with session(sys.argv[1], int(sys.argv[7])) as driver:
    overview(documents[0]["rows"])
    table(documents[0]["rows"])
    difference(page_data())
    paths()
    recordings(documents[0])
    around(["overview", "table", "flame", "paths", "notes"])
with session(sys.argv[3], browser.number) as driver:
    methods(documents[1])
    around(["overview", "table", "notes"])
with session(sys.argv[5], browser.number) as driver:
    charts(documents[2])
    bench_tables(documents[2])
    around(["overview", "table", "scaling", "notes"])
