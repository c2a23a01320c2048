#pragma once

#include "codegen/contract.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace roomd::test {

inline catalogue::EventConf small_event(std::string name, std::string schema = {}) {
    catalogue::EventConf out;
    out.name = std::move(name);
    if (!schema.empty()) out.schema_source = out.name + ".schema";
    out.schema = std::move(schema);
    return out;
}

// Three events: one with all there is, one without a schema, one that clients emit.
inline codegen::Source small_source() {
    codegen::Source out;
    out.service = "shop";
    out.digest = "0123456789abcdef";
    out.names_digest = "fedcba9876543210";
    catalogue::EventConf price = small_event("price:set");
    price.schema = R"({"title":"A price","type":"object","required":["shopId","price"],"properties":
        {"shopId":{"type":"string"},"price":{"type":"number","description":"In euros"},"unit":{"enum":["h","d"]}}})";
    price.schema_source = "schemas/price.json";
    price.rooms = {"shop:{shopId}"};
    price.arguments = {"shopId"};
    price.droppable = true;
    out.events = {price, small_event("news")};
    catalogue::EventConf typing = small_event("typing", R"({"type":"boolean"})");
    typing.rooms = {"shop"};
    out.client_events = {typing};
    out.kinds = {"shop"};
    return out;
}

inline codegen::Contract contract_of(const codegen::Source &source) {
    std::string why;
    auto out = codegen::make_contract(source, why);
    REQUIRE_MESSAGE(out.has_value(), why);
    return *std::move(out);
}

inline bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

} // namespace roomd::test
