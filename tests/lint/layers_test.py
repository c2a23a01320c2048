#!/usr/bin/env python3
"""The include lint finds what it is there to find."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers


class Faults(unittest.TestCase):
    def faults(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as out:
                out.write(text)
            return list(layers.check(root, path))

    def test_an_include_down_the_layers_is_fine(self):
        self.assertEqual(self.faults("daemon/session/a.cpp", '#include "eio/packet.hpp"\n#include <vector>\n'), [])

    def test_an_include_up_the_layers_is_a_fault(self):
        (fault,) = self.faults("daemon/eio/a.cpp", '\n#include "session/link.hpp"\n')
        self.assertIn("daemon/eio/a.cpp:2: eio must not see session", fault)

    def test_net_and_dispatch_do_not_see_each_other(self):
        self.assertTrue(self.faults("daemon/net/a.cpp", '#include "dispatch/router.hpp"\n'))
        self.assertTrue(self.faults("daemon/net/a.cpp", '#include "rooms/hub.hpp"\n'))
        self.assertTrue(self.faults("daemon/dispatch/a.cpp", '#include "net/server.hpp"\n'))
        self.assertTrue(self.faults("daemon/host/a.cpp", '#include "net/server.hpp"\n'))

    def test_config_sees_the_settings_of_the_layers_above_and_nothing_else_of_them(self):
        self.assertEqual(self.faults("daemon/config/a.hpp", '#include "net/settings.hpp"\n#pragma once\n'), [])
        (fault,) = self.faults("daemon/config/a.cpp", '#include "net/options.hpp"\n')
        self.assertIn("config must not see net/options.hpp", fault)

    def test_a_setting_with_a_default_of_its_own_is_a_fault(self):
        for member, faults in (("std::size_t a{};", 0), ("std::string a;", 0), ("std::size_t a{1};", 1), ("bool a = true;", 1)):
            text = f"#pragma once\nstruct S {{\n    {member}\n}};\n"
            self.assertEqual(len(self.faults("daemon/net/settings.hpp", text)), faults, member)
            self.assertEqual(self.faults("daemon/net/options.hpp", text), [])

    def test_a_third_party_header_outside_its_owner_is_a_fault(self):
        self.assertEqual(self.faults("daemon/net/a.cpp", "#include <libwebsockets.h>\n"), [])
        self.assertTrue(self.faults("daemon/session/a.cpp", "#include <libwebsockets.h>\n"))
        self.assertTrue(self.faults("daemon/dispatch/a.cpp", "#include <nlohmann/json.hpp>\n"))
        self.assertTrue(self.faults("daemon/base/a.cpp", "#include <boost/any.hpp>\n"))

    def test_the_page_names_only_units_that_are_there(self):
        with tempfile.NamedTemporaryFile("w", suffix=".md") as page:
            page.write("`net/conn` -> `net/gone: run`, `plugins/rest`\n")
            page.flush()
            (fault,) = layers.faults_of_ways(page.name, ["daemon/net/conn.cpp"])
        self.assertIn(":1: there is no unit net/gone", fault)

    def test_a_layer_nobody_named_is_a_fault(self):
        self.assertTrue(self.faults("daemon/util/a.cpp", "#include <vector>\n"))

    def test_a_plugin_sees_the_public_headers_only(self):
        self.assertEqual(self.faults("plugins/x/plugin.cpp", "#include <roomd/plugin.hpp>\n"), [])
        self.assertTrue(self.faults("plugins/x/plugin.cpp", '#include "base/text.hpp"\n'))

    def test_what_our_plugins_have_in_common_sees_the_layers_that_it_links(self):
        self.assertEqual(self.faults("plugins/rest/body.cpp", '#include "emits/reader.hpp"\n'), [])
        self.assertTrue(self.faults("plugins/rest/body.cpp", '#include "dispatch/emit.hpp"\n'))

    def test_the_contract_stays_c99_and_alone(self):
        self.assertTrue(self.faults("include/roomd/plugin.h", "#include <stdio.h>\n"))

    def test_a_file_of_401_lines_is_a_fault(self):
        self.assertEqual(self.faults("daemon/base/a.cpp", "int a;\n" * 400), [])
        self.assertTrue(self.faults("daemon/base/a.cpp", "int a;\n" * 401))

    def cycles(self, files):
        texts = {path: [f'#include "{header}"' for header in headers.split()] for path, headers in files.items()}
        return list(layers.faults_of_cycles(texts))

    def test_units_of_a_folder_that_include_each_other_are_a_fault(self):
        (fault,) = self.cycles({
            "daemon/eio/a.hpp": "eio/b.hpp",
            "daemon/eio/b.cpp": "eio/b.hpp eio/c.hpp",
            "daemon/eio/b.hpp": "",
            "daemon/eio/c.hpp": "eio/a.hpp",
        })
        self.assertEqual(fault, "daemon/eio/a.hpp:1: units of daemon/eio include each other: a -> b -> c -> a")

    def test_units_of_a_plugin_that_include_each_other_are_a_fault(self):
        self.assertEqual(len(self.cycles({"plugins/x/a.cpp": "b.hpp", "plugins/x/b.hpp": "a.hpp"})), 1)

    def test_units_that_include_each_other_one_way_only_are_fine(self):
        self.assertEqual(self.cycles({
            "daemon/eio/a.cpp": "eio/a.hpp eio/b.hpp eio/c.hpp",
            "daemon/eio/a.hpp": "eio/b.hpp base/a.hpp",
            "daemon/eio/b.cpp": "eio/b.hpp eio/c.hpp",
            "daemon/eio/b.hpp": "",
            "daemon/eio/c.hpp": "",
        }), [])

    def test_a_page_that_tells_another_story_than_the_table_is_a_fault(self):
        rows = "".join(f"| `{layer}` | what | {sees} |\n" for layer, sees in layers.SEES.items())
        for page, faults in ((rows, 0), (rows.replace("| base json rooms auth |", "| base |"), 1), ("", len(layers.SEES))):
            with tempfile.NamedTemporaryFile("w", suffix=".md") as out:
                out.write(page)
                out.flush()
                self.assertEqual(len(list(layers.fault_of_picture(out.name))), faults)

    def test_unfinished_business_is_a_fault(self):
        self.assertTrue(self.faults("daemon/base/a.cpp", "// TO" + "DO later\n"))

    def test_a_path_of_some_machine_is_a_fault(self):
        self.assertTrue(self.faults("docs/a.md", "see /ho" + "me/ann/x\n"))
        self.assertEqual(self.faults("docs/a.md", "see /usr/lib/roomd\n"), [])


if __name__ == "__main__":
    unittest.main()
