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
    const std::string ours = prefix.path + "/lib/roomd/plugins", bin = prefix.path + "/bin";
    CHECK(shipped_with(tree.path + "/build/roomd", "plugins", ours, bin) ==
          tree.path + "/build/plugins");
    CHECK(shipped_with(bin + "/roomd", "plugins", ours, bin) == ours);
    CHECK(shipped_with(bin + "/roomd", "plugins", bin + "/none", bin) == "");
    CHECK(shipped_with("", "plugins", ours, bin) == ours);
    CHECK(shipped_with("", "plugins", bin + "/none", bin) == "");
}

TEST_CASE("a prefix may be moved, and its folders may have other names") {
    const test::Folder prefix;
    prefix.write("lib64/roomd/a.so", "");
    prefix.write("sbin/roomd", "");
    CHECK(shipped_with(prefix.path + "/sbin/roomd", "plugins", "/opt/r/lib64/roomd",
                       "/opt/r/sbin") == prefix.path + "/lib64/roomd");
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
