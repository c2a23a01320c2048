#include "host/library.hpp"

#include "base/plugin_name.hpp"
#include "host/elf.hpp"
#include "host/sizes.hpp"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <stdexcept>

namespace roomd::host {
namespace {

using Entry = const roomd_plugin *(*)(std::uint32_t, std::uint32_t);

[[noreturn]] void refuse(const std::string &file, const std::string &why) {
    throw std::runtime_error("plugin " + file + ": " + why);
}

std::string version(std::uint32_t major, std::uint32_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
}

} // namespace

Library::Library(const std::string &file, std::string_view name) : file_(file) {
    if (const std::string why = fault_of_shared_object(file); !why.empty()) refuse(file, why);
    // NOW: a missing symbol fails here, not at its first use.  LOCAL: two plugins never
    // bind to each other.
    void *const object = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object == nullptr) {
        const char *const said = dlerror();
        std::string why = said != nullptr ? said : "cannot be loaded";
        if (why.starts_with(file + ": ")) why.erase(0, file.size() + 2);
        refuse(file, why);
    }
    void *const symbol = dlsym(object, "roomd_plugin_entry");
    if (symbol == nullptr) refuse(file, "exports no roomd_plugin_entry(); is it a roomd plugin?");
    const auto entry = reinterpret_cast<Entry>(symbol);
    const roomd_plugin *const given = entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR);
    if (given == nullptr) {
        refuse(file, "declines to work with plugin interface " +
                         version(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR) + " of this roomd");
    }
    // Size and major come first in every version; nothing else is read before them.
    if (given->abi_major != ROOMD_ABI_MAJOR) {
        refuse(file, "is built for plugin interface " + std::to_string(given->abi_major) +
                         ".x, this roomd has " + version(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR) +
                         "; rebuild it against this roomd's plugin.h");
    }
    if (given->struct_size < least_plugin) {
        refuse(file, "its table is shorter than that of interface 1.0 (struct_size " +
                         std::to_string(given->struct_size) + ")");
    }
    if (given->abi_minor > ROOMD_ABI_MINOR) {
        refuse(file, "needs plugin interface " + version(given->abi_major, given->abi_minor) +
                         ", this roomd has " + version(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR) +
                         "; a newer roomd is needed");
    }
    std::memcpy(&table_, given, std::min<std::size_t>(given->struct_size, sizeof table_));
    if (table_.name == nullptr || table_.version == nullptr) refuse(file, "has no name or version");
    if (table_.name != name) {
        refuse(file, "says its name is \"" + std::string(table_.name).substr(0, 64) + "\", not \"" +
                         std::string(name) + "\"");
    }
    if (table_.start == nullptr || table_.stop == nullptr) refuse(file, "lacks start or stop");
}

const Library &Libraries::open(std::string_view name, const std::string &file) {
    if (!base::is_plugin_name(name)) {
        throw std::runtime_error("plugin name \"" + std::string(name.substr(0, 64)) +
                                 "\" is not of the form [a-z][a-z0-9_]*");
    }
    if (!file.empty() && file.front() != '/') {
        // dlopen would search the library path for a bare name.
        throw std::runtime_error("plugin file \"" + file + "\" is not an absolute path");
    }
    if (file.empty() && directory_.empty()) {
        throw std::runtime_error("plugin \"" + std::string(name) +
                                 "\" has no file, and there is no plugin directory");
    }
    std::string path = file.empty() ? directory_ + "/" + std::string(name) + ".so" : file;
    if (path.front() != '/') path = "./" + path;
    const std::string key = std::string(name) + "\n" + path;
    const auto found = open_.find(key);
    if (found != open_.end()) return *found->second;
    return *open_.emplace(key, std::make_unique<Library>(path, name)).first->second;
}

} // namespace roomd::host
