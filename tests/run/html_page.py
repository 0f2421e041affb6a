# SPDX-License-Identifier: Apache-2.0
# Looks around on pages in headless Chromium and prints TAP from FIRST:
# html_page.py PAGE JSON RICH_PAGE RICH_JSON TRACED_PAGE SUMMED_PAGE UNTIMED_PAGE FIRST
import json
import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import (address, all_of, background, button, check, clear_search, colours, contrasts, current, find, press,
                     search, session, text, unnamed, until, values)

VIEWS = ["overview", "flame", "tree", "time", "kernels", "functions", "sites", "notes"]

report = json.load(open(sys.argv[2]))


def go(view):
    press(str(VIEWS.index(view) + 1))
    return current() == view


def kernels_called():
    return [k for k in report["kernels"] if k["calls"]]


def overview():
    check("the title is the program's", lambda: "recoat" in driver.title and "amqadf" in driver.title)
    tiles = lambda: values(".tiles")
    process = report["processes"][0]
    check("overview: wall time", lambda: tiles()[0] == report["wall_ns"])
    check("overview: CPU time", lambda: tiles()[1] == process["user_ns"] + process["system_ns"])
    check("overview: time in kernels",
          lambda: tiles()[2] == sum(k["exclusive_ns"] for k in report["kernels"]))
    check("overview: peak of the heap", lambda: tiles()[3] == process["heap_peak_bytes"])
    check("overview: bytes allocated", lambda: tiles()[4] == report["heap"]["bytes"])
    check("overview: live at the end", lambda: tiles()[5] == report["heap"]["live_bytes"])
    check("overview: time and memory are drawn", lambda: colours("main canvas") > 3)
    check("overview: a kernel leads to the flame graph",
          lambda: [find(".ranking button").click(), until(lambda: current() == "flame")])
    clear_search()
    press("1")


def around():
    check("keys 1 to 8 go to the views", lambda: all(go(view) for view in VIEWS))
    check("so do clicks on the tabs", lambda: all(
        [find(f"#tab-{view}").click(), current() == view][1] for view in VIEWS))
    check("all that can be clicked has a name", lambda: all(
        go(view) and not unnamed() for view in VIEWS))
    check("? shows the keys", lambda: [press("?"), until(lambda: find("dialog[open]"))])
    check("Escape hides them", lambda: [press(Keys.ESCAPE), until(lambda: not all_of("dialog[open]"))])
    check("nothing moves by itself", lambda: driver.execute_async_script("""
        const done = arguments[0];
        new PerformanceObserver((list) => done(list.getEntries().reduce(
            (sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0)))
            .observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(0), 1000);""") < 0.02)


def flame():
    totals = {"Time": sum(k["exclusive_ns"] for k in report["kernels"]),
              "CPU": report["cpu"]["cpu_sampled_ns"], "Allocated": report["heap"]["bytes"],
              "Allocations": report["heap"]["allocations"], "At peak": report["heap"]["at_peak_bytes"],
              "Leaked": report["heap"]["live_bytes"], "Temporary": report["heap"]["temporary"]}
    shown = {name: total for name, total in totals.items() if total > 0}
    moment = ["At a moment"] if any(p["heap_snapshots"] for p in report["processes"]) else []
    go("flame")
    check("flame graph: a metric that has something to show is there", lambda: [
        b.text for b in all_of("main [aria-label=Metric] button")] == list(shown) + moment)
    for name, total in shown.items():
        check(f"flame graph: {name} is the report's", lambda: [
            button(name).click(), values(".status")[0] == total][1])
    button("Time").click()
    check("flame graph: it is drawn", lambda: colours("main canvas") > 3)
    canvas = find("main canvas")
    lower = canvas.size["height"] // 2
    crumbs = lambda: len(all_of(".crumbs > *"))
    press_at = lambda y: ActionChains(driver).move_to_element_with_offset(
        canvas, 20 - canvas.size["width"] // 2, y - lower).click().perform()
    check("flame graph: pointing tells the name", lambda: [
        ActionChains(driver).move_to_element_with_offset(
            canvas, 20 - canvas.size["width"] // 2, 30 - lower).perform(),
        until(lambda: text(".tip strong") == "main")])
    check("flame graph: a click zooms", lambda: [press_at(30), crumbs() == 2][1])
    check("flame graph: a crumb leads back", lambda: [
        find(".crumbs button").click(), crumbs() == 1][1])
    press_at(30)
    press(Keys.ARROW_DOWN)
    check("flame graph: an arrow goes to the callee", lambda: text(".status strong") == "run")
    check("flame graph: Enter zooms", lambda: [press(Keys.ENTER), crumbs() == 3][1])
    check("flame graph: Escape zooms out", lambda: [press(Keys.ESCAPE), crumbs() == 2][1])
    press(Keys.ESCAPE)
    idw = sum(k["inclusive_ns"] for k in report["kernels"] if k["kernel"] == "signal_mapping.idw")
    search("signal_mapping.idw")
    check("search: the share of what is found", lambda: values(".found")[0] == idw)
    check("search: it is said", lambda: text(".found").startswith(
        f"{100 * idw / totals['Time']:.1f} % matched"))
    check("search: nothing of what is not there", lambda: [
        clear_search(), search("no such thing"), values(".found")[0] == 0][2])
    clear_search()
    check("search: Escape ends it", lambda: not text(".found"))
    check("flame graph: i turns it over", lambda: [
        press("i"), button("Flame").get_attribute("aria-pressed") == "true"][1])
    press("i")


def tree():
    go("tree")
    rows = lambda: [e.text for e in all_of(".tree tr[aria-level] .name")]
    below = lambda: len(all_of(".tree tr[aria-level='2']"))
    button("CPU").click()
    check("call tree: the hot path is open", lambda: len(rows()) > 3 and rows()[0] == "main")
    first = find(".tree tr[aria-level]")
    first.click()
    check("call tree: a click closes a row", lambda: below() == 0)
    check("call tree: an arrow opens it", lambda: [press(Keys.ARROW_RIGHT), below() > 0][1])
    check("call tree: an arrow goes down", lambda: [
        press(Keys.ARROW_DOWN), driver.switch_to.active_element.get_attribute("aria-level") == "2"][1])
    search("run")
    check("call tree: what is looked for is marked", lambda: all_of(".tree .hit"))
    clear_search()
    press("c")
    hottest = max(report["functions"], key=lambda f: f["self_ns"])
    check("call tree: callers, from the hottest function on",
          lambda: values(".tree tr[aria-level='1']:first-child td:first-child") == [hottest["self_ns"]])
    press("c")
    go("functions")
    find("main tbody tr").click()
    check("a function's row opens its call tree", lambda: current() == "tree" and rows()[0] == hottest["function"])
    check("call tree: with all of its time",
          lambda: values(".tree tr[aria-level='1']:first-child td:first-child") == [hottest["total_ns"]])
    check("call tree: Escape shows all again", lambda: [press(Keys.ESCAPE), rows()[0] == "main"][1])


def timeline():
    go("time")
    whole = text(".found")
    check("timeline: it is drawn", lambda: colours("main canvas") > 3)
    check("timeline: + zooms in", lambda: [press("+"), text(".found") != whole][1])
    closer = text(".found")
    check("timeline: an arrow moves", lambda: [press(Keys.ARROW_RIGHT), text(".found") != closer][1])
    check("timeline: 0 shows all", lambda: [press("0"), text(".found") == whole][1])
    canvas = find("main canvas")
    drag = ActionChains(driver).move_to_element(canvas)
    check("timeline: dragging moves", lambda: [
        press("+"), drag.click_and_hold().move_by_offset(-200, 0).release().perform(),
        text(".found") not in (whole, closer)][2])
    press("0")


def tables():
    go("kernels")
    rows = lambda: [e.text for e in all_of("main tbody .name")]
    longest = sorted(kernels_called(), key=lambda k: -k["inclusive_ns"])
    check("kernels: all that were called, by time", lambda: rows() == [k["kernel"] for k in longest])
    check("kernels: calls are the report's",
          lambda: values("main tbody tr td:nth-child(3)") == [k["calls"] for k in longest])
    check("kernels: time is the report's",
          lambda: values("main tbody tr td:nth-child(4)") == [k["inclusive_ns"] for k in longest])
    heads = all_of("main th button")
    heads[2].click()
    check("kernels: sorted by calls", lambda: values("main tbody tr td:nth-child(3)") == sorted(
        [k["calls"] for k in longest], reverse=True))
    heads[2].click()
    check("kernels: and the other way", lambda: all_of("main th")[2].get_attribute("aria-sort") == "ascending"
          and values("main tbody tr td:nth-child(3)") == sorted(k["calls"] for k in longest))
    search("fusion")
    check("kernels: filtered", lambda: sorted(rows()) == sorted(
        k["kernel"] for k in longest if "fusion" in k["kernel"] + k["operation"]))
    clear_search()
    go("functions")
    check("functions: self time is the report's", lambda: values("main tbody tr td:nth-child(2)") == sorted(
        [f["self_ns"] for f in report["functions"]], reverse=True))
    go("sites")
    check("allocations: bytes are the report's", lambda: values("main tbody tr td:nth-child(2)") == sorted(
        [s["bytes"] for s in report["allocation_sites"]], reverse=True))
    go("notes")
    check("the recording's host is told", lambda: report["processes"][0]["host"] in text("main"))
    check("nothing was left out", lambda: "Nothing was left out" in text("main"))


def themes():
    go("overview")
    light = background()
    check("contrast is 4.5 or more where it is light", lambda: contrasts() >= 4.5)
    check("t makes it dark", lambda: [press("t"), background() != light][1])
    dark = background()
    check("contrast is 4.5 or more where it is dark", lambda: contrasts() >= 4.5)
    find("button[aria-label='Light or dark']").click()
    check("so does its button, and back", lambda: background() == light)
    driver.execute_script("try { localStorage.clear() } catch {}")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    driver.refresh()
    check("it starts as the system is", lambda: background() == dark)


# ---- A page of several programs: snapshots, mappings, plugins, calls that were summed up. ----

RICH_VIEWS = VIEWS[:-1] + ["plugins", "notes"]


def go_rich(view):
    press(str(RICH_VIEWS.index(view) + 1))
    return current() == view


def snapshots_of(process):
    return report["processes"][process]["heap_snapshots"]


def moments():
    go_rich("flame")
    everything = [s["live_bytes"] for i in range(len(report["processes"])) for s in snapshots_of(i)]
    check("moments: hidden for other metrics", lambda: not find("main .moments").is_displayed())
    button("At a moment").click()
    check("moments: the largest one is first",
          lambda: values(".status")[0] == max(everything) == values(".moments")[0])
    having = [i for i in range(len(report["processes"])) if snapshots_of(i)]
    choose = lambda: find("main .moments select")
    check("moments: a process can be chosen", lambda: [
        o.get_attribute("value") for o in choose().find_elements(By.TAG_NAME, "option")] == [str(i) for i in having])
    process = max(having, key=lambda i: len(snapshots_of(i)))
    live = [s["live_bytes"] for s in snapshots_of(process)]
    driver.execute_script("""arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new Event('change'));""", choose(), str(process))
    at = live.index(max(live))
    check("moments: then it is that one's largest", lambda: values(".status")[0] == max(live))
    check("moments: a bar each", lambda: len(all_of("main .moments .bars i")) == len(live))
    slider = find("main .moments input")
    check("moments: the slider moves through time", lambda: [
        slider.send_keys(Keys.HOME), values(".status")[0] == live[0]][1])
    slider.send_keys(Keys.END)
    check("moments: to the last", lambda: values(".status")[0] == live[-1])
    find("main .moments button").click()
    check("moments: a step back", lambda: values(".status")[0] == live[-2])
    check("moments: it is drawn", lambda: colours("main .surface canvas") > 3)
    go_rich("tree")
    button("At a moment").click()
    check("moments: the call tree shows the same",
          lambda: values("main .moments") and values("main .moments")[0] == live[-2])
    go_rich("time")
    drawn = lambda: driver.execute_script("return document.querySelector('main canvas').toDataURL()")
    all_processes = drawn()
    select = find("main select[aria-label=Process]")
    driver.execute_script("""arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new Event('change'));""", select, str(process))
    check("timeline: one process alone", lambda: until(lambda: drawn() != all_processes))
    canvas = find("main canvas")
    ActionChains(driver).move_to_element_with_offset(
        canvas, 0, 60 - canvas.size["height"] // 2).click().perform()
    check("timeline: a click on the memory curve opens a moment of that process", lambda: [
        until(lambda: current() == "flame"), values(".status")[0] in live,
        choose().get_attribute("value") == str(process)] == [True] * 3)


def rich_tables():
    go_rich("sites")
    button("Mappings").click()
    check("mappings: bytes are the report's", lambda: values("main tbody tr td:nth-child(3)") == sorted(
        [m["bytes"] for m in report["mappings"]], reverse=True))
    search("anonymous")
    check("mappings: filtered", lambda: len(all_of("main tbody tr")) == sum(
        "anonymous" in m["kind"] for m in report["mappings"]))
    clear_search()
    go_rich("plugins")
    wanted = [(p["plugin"], [p["calls"], *p["counters"].values()]) for p in report["plugins"]]
    check("plugins: calls and counters are the report's", lambda: [
        (e.find_element(By.TAG_NAME, "h2").text.split()[0],
         [float(v.get_attribute("value")) for v in e.find_elements(By.CSS_SELECTOR, ".counters data")])
        for e in all_of("main .plugin")] == wanted)
    go_rich("notes")
    counts = lambda: values("main [aria-label=Threads] tbody td:nth-child(3)")
    check("threads: all calls are some thread's",
          lambda: sum(counts()) == sum(k["calls"] for k in report["kernels"]))
    check("processes: one row each",
          lambda: len(all_of("main [aria-label=Processes] table tbody tr")) == len(report["processes"]))
    check("what can be clicked has a name here, too", lambda: all(
        go_rich(view) and not unnamed() for view in RICH_VIEWS))


def rich():
    global report
    report = json.load(open(sys.argv[4]))
    driver.get(address(sys.argv[3]))
    moments()
    rich_tables()


def traced():
    driver.get(address(sys.argv[5]))
    press(str(VIEWS.index("sites") + 1))
    button("Lifetimes").click()
    check("lifetimes: sizes and lifetimes are drawn", lambda: len(all_of("main .histogram i")) > 4)
    check("lifetimes: as powers of two", lambda: any(
        "20 up to 127 B" in e.get_attribute("aria-label") for e in all_of("main .histogram")))


def hint(wanted):
    if wanted not in text(".hint"):
        raise AssertionError(text(".hint"))
    return True


def summed_up():
    driver.get(address(sys.argv[6]))
    press(str(VIEWS.index("time") + 1))
    check("summed up: it is said", lambda: hint("300,000 calls of 300,000 were summed up: hatched"))
    check("summed up: and drawn", lambda: colours("main canvas") > 3)
    canvas = find("main canvas")
    pointed = lambda: ActionChains(driver).move_to_element_with_offset(
        canvas, 0, find_block() - canvas.size["height"] // 2).perform()
    check("summed up: pointing tells how many, how long and when", lambda: [
        pointed(), text(".tip strong") == "<demo.sum>", "300,000 calls summed up, total " in text(".tip"),
        "several threads" in text(".tip")][1:] == [True] * 3)
    driver.get(address(sys.argv[7]))
    press(str(VIEWS.index("time") + 1))
    check("summed up: or that it is not known when", lambda: hint(
        "300,000 calls of 300,000 were summed up, and it is not known when they ran"))
    check("summed up: the table has them", lambda: [
        press(str(VIEWS.index("kernels") + 1)), values("main tbody tr td:last-child") == [300000]][1])


def find_block():
    """How far down on the canvas the only thread's only row is: it is the last thing there."""
    return driver.execute_script("""
        const style = getComputedStyle(document.querySelector('main .surface'));
        return parseFloat(style.getPropertyValue('--content')) - 10 - 9;""")


with session(sys.argv[1], int(sys.argv[-1]), sys.argv[2:-1]) as driver:
    overview()
    around()
    flame()
    tree()
    timeline()
    tables()
    themes()
    rich()
    traced()
    summed_up()
