#pragma once

#include "cli/tree.hpp"

namespace roomd::cli {

// Each adds one command, which lives in the file of its name: options, help and implementation.  A
// new one is declared here and called in add_commands().
void add_run(Tree &);
void add_dev(Tree &);
void add_check(Tree &);
void add_config_show(Tree &);
void add_config_schema(Tree &);
void add_explain(Tree &);
void add_cors_test(Tree &);
void add_catalogue_emitter(Tree &);
void add_catalogue_types(Tree &);
void add_catalogue_asyncapi(Tree &);
void add_token_mint(Tree &);
void add_token_verify(Tree &);
void add_reload(Tree &);
void add_health(Tree &);
void add_stats(Tree &);
void add_rooms(Tree &);
void add_clients(Tree &);
void add_kick(Tree &);
void add_emit(Tree &);
void add_tail(Tree &);
void add_trace(Tree &);
void add_top(Tree &);
void add_key_new(Tree &);
void add_plugin_list(Tree &);
void add_plugin_check(Tree &);
void add_pg_init(Tree &);
void add_pg_status(Tree &);
void add_pg_migrate(Tree &);
void add_pg_replay(Tree &);
void add_pg_emitters(Tree &);
void add_completion(Tree &);
void add_version(Tree &);
void add_help(Tree &);

// All of them, in the order of the help.
void add_commands(Tree &);

} // namespace roomd::cli
