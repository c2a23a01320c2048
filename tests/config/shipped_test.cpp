#include "config/shipped.hpp"
#include "folder.hpp"
#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using config::shipped_with;

TEST_CASE("what came with a binary is beside it, or in the prefix it was installed to") {
    const test::Folder tree, prefix;
    tree.write("build/plugins/a.so", "");
    tree.write("build/roomd", "");
    prefix.write("lib/roomd/plugins/a.so", "");
    prefix.write("bin/roomd", "");
    CHECK(shipped_with(tree.path + "/build/roomd", "plugins", "lib/roomd/plugins") ==
          tree.path + "/build/plugins");
    CHECK(shipped_with(prefix.path + "/bin/roomd", "plugins", "lib/roomd/plugins") ==
          prefix.path + "/lib/roomd/plugins");
    CHECK(shipped_with(prefix.path + "/bin/roomd", "plugins", "lib/none/here") == "");
    CHECK(shipped_with("", "plugins", "lib/none/here") == "");
}

TEST_CASE("plugins are looked for where the binary has its own, unless the folder is said") {
    const auto file = [](const std::string &plugins) {
        return test::read("plugins: { " + plugins + " }", "/etc/roomd/roomd.yaml")
            .plugins.load.at(0)
            .file;
    };
    const std::string ours = config::plugin_folder() + "/p.so";
    CHECK(file("load: [ { name: p } ]") == ours);
    CHECK(file("directory: '', load: [ { name: p } ]") == ours);
    CHECK(file("directory: /opt/plugins, load: [ { name: p } ]") == "/opt/plugins/p.so");
}
