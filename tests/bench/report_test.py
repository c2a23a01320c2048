#!/usr/bin/env python3
"""The report says what was measured: medians, ratios, what is left out, what is missed."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench
import report
import results
import scenarios

PAGE = f"# Title\n\nBefore.\n\n{report.BEGIN}\nold figures\n{report.END}\n\n## Parts\n\nAfter.\n"
SVG = "{http://www.w3.org/2000/svg}"


def run(cpu=5.0, p99=10.0, steal=0.0, connected=100, lost=0, rss=3500, emits=100):
    """What the load generator prints, as far as anyone reads it.  `cpu`: µs per delivery."""
    delivered = 1000 * emits
    spread = {"n": delivered, "p50_us": 500 * p99, "p99_us": 1000 * p99}
    return {"n": 100, "connected": connected, "conn_fail": 0, "dead": 0,
            "connect": {"s": 1.0, "handshakes_per_s": 100, "server_sched_us_per_handshake": 80, "sys_steal_pct": 0.0, "lat": spread},
            "memory": {"rss_before": 10_000_000, "rss_after": 20_000_000, "rss_end": 23_000_000, "rss_peak": 50_000_000, "rss_per_conn": rss},
            "window": {"s": 5.0, "delivered": delivered, "acked": emits, "delivered_per_s": delivered / 5, "publish_per_s": emits / 5,
                       "server_sched_us": cpu * delivered, "sys_steal_pct": steal, "other_cpu_pct": steal + 2},
            "latency": spread, "post_rtt": spread, "totals": {"lost": lost, "dup": 0, "reordered": 0}}


class Reports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.before = scenarios.BEFORE
        self.results, self.docs = os.path.join(folder.name, "results"), os.path.join(folder.name, "docs")
        os.makedirs(self.results)
        os.makedirs(self.docs)
        with open(os.path.join(self.docs, "benchmarks.md"), "w", encoding="utf-8") as page:
            page.write(PAGE)

    def store(self, scenario, series="1", small=False, **peers):
        folder = os.path.join(self.results, series)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "conditions.json"), "w", encoding="utf-8") as out:
            json.dump({"cores": 2, "cpu": "Model 7", "commit": "c0ffee" + series, "date": "2026-11-26", "before": self.before, "descriptors": 20000,
                       "small": small}, out)
        for peer, runs in peers.items():
            for number, one in enumerate(runs, 1):
                with open(os.path.join(folder, f"{scenario}.{peer.replace('_', '-')}.{number}.json"), "w", encoding="utf-8") as out:
                    json.dump(one, out)

    def report(self):
        with contextlib.redirect_stdout(io.StringIO()):
            report.write(self.results, self.docs)
        with open(os.path.join(self.docs, "benchmarks.md"), encoding="utf-8") as page:
            return page.read()

    def rows(self, page, first):
        """The cells of each table row that begins with `first`."""
        return [line.strip("| ").split(" | ") for line in page.split("\n") if line.startswith(f"| {first} |")]

    def test_figures_are_medians_and_ratios_are_of_medians(self):
        self.store("S1", node=[run(30), run(33), run(90)], floor=[run(9), run(11), run(40)], roomd=[run(5.5), run(9), run(5)])
        page = self.report()
        summary = self.rows(page, "S1")[0]
        self.assertEqual(summary[2:8], ["33", "11", "–", "**5.50**", "0.50", "6"])
        self.assertEqual(summary[8:], ["≤ 0.5 × floor", "yes"])
        roomd = self.rows(page, "roomd")[0]
        self.assertEqual(roomd[1:5], ["3", "0", "5.50", "5–9"])

    def test_s2_is_compared_with_the_floor_that_coalesces(self):
        self.store("S2-100", node=[run(30)], floor=[run(1)], floor_batch=[run(4)], roomd=[run(5)])
        self.assertEqual(self.rows(self.report(), "S2-100")[0][6:], ["1.25", "6", "≤ 1.1 × floor-batch", "**missed: 1.25 ×**"])

    def test_a_missed_target_is_shown_as_missed(self):
        self.store("S1", node=[run(30, p99=10)], floor=[run(4)], roomd=[run(5, p99=5.1)])
        cpu, p99 = self.rows(self.report(), "S1")
        self.assertEqual(cpu[9], "**missed: 1.25 ×**")
        self.assertEqual(p99[8:], ["≤ 0.5 × Node", "**missed: 0.51 ×**"])

    def test_a_target_just_met_is_met(self):
        self.store("S7", before=[run(40)], roomd=[run(30)])
        self.store("S4", node=[run(rss=30000)], floor=[run(rss=2000)], roomd=[run(0.0001, rss=1501)])
        page = self.report()
        self.assertEqual(self.rows(page, "S7")[0][10:], ["≤ 0.75 × roomd 0.1.0", "yes"])
        idle, memory = self.rows(page, "S4")
        self.assertEqual((idle[1], idle[11]), ("idle CPU %", "yes"))
        self.assertEqual((memory[6], memory[11]), ("**1.50**", "**missed: 1.50**"))

    def test_what_was_not_measured_is_not_reached(self):
        self.store("S1", roomd=[run(5)])
        page = self.report()
        self.assertEqual(self.rows(page, "S1")[0][9], "not measured")
        self.assertEqual(self.rows(page, "S7")[0][9], "not measured")

    def test_disturbed_and_broken_runs_are_left_out_and_counted(self):
        self.store("S1", node=[run(30)], floor=[run(4)],
                   roomd=[run(5), run(50, steal=41), run(7, steal=40), run(60, connected=99), {"failed": "no result"}])
        roomd = self.rows(self.report(), "roomd")[0]
        self.assertEqual(roomd[1:5], ["2", "1 steal, 1 lost clients, 1 failed", "6", "5–7"])

    def test_losses_of_all_runs_are_added_up(self):
        self.store("S1", roomd=[run(lost=1), run(lost=0), run(lost=2)])
        self.assertEqual(self.rows(self.report(), "roomd")[0][-3:], ["3", "0", "0"])

    def test_series_are_not_mixed(self):
        self.store("S1", "1", node=[run(30)], floor=[run(4)], roomd=[run(6)])
        self.store("S1", "2", node=[run(40)], floor=[run(5)], roomd=[run(10)])
        self.store("S1", "3", roomd=[run(1)])  # newer, and nothing to compare it with
        self.store("S1", "4", small=True, node=[run(1)], floor=[run(1)], floor_batch=[run(1)], roomd=[run(1)])
        page = self.report()
        self.assertEqual(self.rows(page, "S1")[0][2:8], ["40", "5", "–", "**10**", "2", "4"])
        self.assertIn("Commit c0ffee2;", page)
        self.assertNotIn("miniature", page)

    def test_an_older_roomd_stands_beside_the_new_one_where_it_was_measured(self):
        self.store("S1", node=[run(30)], floor=[run(4)], before=[run(5)], roomd=[run(2)])
        self.store("S7", node=[run(60)], roomd=[run(20)])
        page = self.report()
        self.assertIn("| floor-batch | roomd 0.1.0 | roomd | roomd ÷ floor | roomd ÷ roomd 0.1.0 | Node ÷ roomd |", page)
        self.assertEqual(self.rows(page, "S1")[0][2:9], ["30", "4", "–", "5", "**2**", "0.50", "0.40"])
        self.assertEqual(self.rows(page, "S7")[0][5:9], ["–", "**20**", "–", "–"])
        self.assertEqual(self.rows(page, "roomd 0.1.0")[0][3:6], ["5", "5–5", "1"])
        self.assertEqual([row[5] for row in self.rows(page, "roomd")], ["0.40", "20,000"])  # S7 has no such column

    def test_flat_has_an_older_roomd_too(self):
        self.store("FLAT-100", floor=[run(4)], before=[run(2.5)], roomd=[run(2)])
        self.store("FLAT-1000", floor=[run(4)], roomd=[run(2)])
        page = self.report()
        self.assertEqual(self.rows(page, "100")[0][2:8], ["1 floor; 1 roomd 0.1.0; 1 roomd", "0", "4", "2.50", "2", "0.80"])
        self.assertEqual(self.rows(page, "1,000")[0][4:9], ["4", "–", "2", "–", "0.50"])

    def test_another_older_roomd_goes_by_its_commit(self):
        self.before = "0ddba11"
        self.store("S1", before=[run(5)], roomd=[run(2)])
        page = self.report()
        self.assertEqual(len(self.rows(page, "roomd at 0ddba11")), 1)
        self.assertIn("| roomd ÷ roomd at 0ddba11 |", page)

    def test_a_miniature_says_so(self):
        self.store("S1", small=True, node=[run(30)], roomd=[run(6)])
        self.assertIn("miniature", self.report())

    def test_old_results_of_cmd_are_roomds(self):
        self.store("S1", cmd=[run(6)])
        self.assertEqual(self.rows(self.report(), "S1")[0][5], "**6**")

    def test_flat_is_asked_of_every_size(self):
        for size, cpu in ((100, 5.6), (1000, 4.4), (5000, 5), (15000, 5)):
            self.store(f"FLAT-{size}", floor=[run(10)], roomd=[run(cpu)])
        page = self.report()
        self.assertEqual(self.rows(page, "100")[0][4:8], ["10", "5.60", "0.56", "+12 %"])
        self.assertEqual(self.rows(page, "5,000")[0][7], "+0 %")
        self.assertIn("Reached: yes.", page)
        self.store("FLAT-100", floor=[run(10)], roomd=[run(6.2)])
        self.assertIn("Reached: **missed: 0.44 to 0.62**.", self.report())

    def test_memory_of_bursts(self):
        self.store("BURST", roomd=[run()])
        self.assertEqual(self.rows(self.report(), "roomd")[0][3:8], ["50", "50–50", "20", "23", "1.15"])

    def test_a_crowd_smaller_than_asked_says_so(self):
        self.store("CROWD", roomd=[run()])
        self.assertIn("\nNot the 50,000 that were asked for but 100: the system allows one process 20,000 descriptors.\n", self.report())
        self.store("CROWD", roomd=[{**run(), "n": 50000, "connected": 50000}])
        self.assertNotIn("Not the 50,000", self.report())

    def test_the_page_is_replaced_between_the_markers_only(self):
        self.store("S1", node=[run(30)], floor=[run(4)], roomd=[run(5)])
        page = self.report()
        self.assertTrue(page.startswith(f"# Title\n\nBefore.\n\n{report.BEGIN}\n\n"))
        self.assertTrue(page.endswith(f"\n\n{report.END}\n\n## Parts\n\nAfter.\n"))
        self.assertNotIn("old figures", page)
        self.assertEqual(self.report(), page)

    def test_a_page_without_both_markers_stays_as_it_is(self):
        for page in ("", report.BEGIN, report.END, report.END + report.BEGIN, PAGE + report.END):
            self.assertRaises(ValueError, report.put_between, page, "new")

    def test_the_chart_is_well_formed_and_says_what_it_shows(self):
        self.store("S1", node=[run(20)], floor=[run(4)], roomd=[run(5)])
        self.report()
        chart = xml.parse(os.path.join(self.docs, "benchmarks.svg")).getroot()
        self.assertEqual(chart.get("role"), "img")
        self.assertIn("S1: node 100 %, roomd 25 %, floor 20 %", chart.find(SVG + "desc").text)
        widths = {bar.get("class"): float(bar.get("width")) for bar in chart.iter(SVG + "rect") if bar.get("x")}
        self.assertAlmostEqual(widths["roomd"] / widths["node"], 0.25, 2)
        texts = ["".join(text.itertext()) for text in chart.iter(SVG + "text")]
        self.assertIn("5.00 µs, 25 %", texts)

    def test_without_results_the_report_says_so(self):
        self.assertIn("Nothing is measured yet", self.report())
        xml.parse(os.path.join(self.docs, "benchmarks.svg"))


class Loads(unittest.TestCase):
    def test_a_miniature_is_small(self):
        for name, scenario in scenarios.SCENARIOS.items():
            options = scenarios.small(scenario.options)
            value = dict(zip(options, options[1:]))
            self.assertLessEqual(float(value["--n"]), 50, name)
            self.assertLessEqual(float(value["--duration"]), 1, name)

    def test_every_row_names_a_scenario_a_figure_and_peers(self):
        for row in scenarios.ROWS:
            self.assertIn(row.figure, results.FIGURES)
            self.assertIn("roomd", scenarios.SCENARIOS[row.scenario].peers)
            self.assertTrue({row.beside, row.times or row.beside} <= set(scenarios.PEERS))
        for scenario in scenarios.SCENARIOS.values():
            self.assertTrue({scenario.main, *scenario.also} <= set(results.FIGURES))

    def test_an_older_roomd_takes_part_wherever_roomd_does(self):
        for name, scenario in scenarios.SCENARIOS.items():
            self.assertEqual("before" in scenario.peers, "roomd" in scenario.peers, name)

    def test_an_older_roomd_has_its_own_copy_of_each_configuration(self):
        for name, file in (("S1", "roomd.yaml"), ("S1-tls", "tls.yaml")):
            words, _, _, port = bench.command_of("before", scenarios.SCENARIOS[name], "/bin")
            self.assertEqual(words, ["/bin/before/build/roomd", "run", "--config", "/bin/before/tests/bench/" + file])
            self.assertEqual(port, 9260)

    def test_over_tls_clients_connect_to_the_port_after(self):
        self.assertEqual(bench.ports(scenarios.SCENARIOS["S1"], 9250), ["--port", "9250"])
        self.assertEqual(bench.ports(scenarios.SCENARIOS["S1-tls"], 9250), ["--port", "9251", "--pub-port", "9250"])

    def test_several_generators_are_one(self):
        early, late = run(cpu=1), run(cpu=9, lost=2, connected=90)
        late["connect"]["s"] = 2.0
        late["memory"]["rss_after"] = 29_000_000
        early["connect"]["server_sched_us_per_handshake"] = 50  # 5,000 us when it was done
        late["connect"]["server_sched_us_per_handshake"] = 95  # 8,550 us in all
        both = bench.merged([late, early])
        self.assertEqual((both["n"], both["connected"], both["totals"]["lost"]), (200, 190, 2))
        self.assertEqual(both["window"], early["window"])
        self.assertEqual(both["memory"]["rss_per_conn"], 100_000)
        self.assertEqual(both["connect"]["server_sched_us_per_handshake"], 45)
        self.assertEqual(results.fault("CROWD", both), "lost clients")


if __name__ == "__main__":
    unittest.main()
