#include "session/held.hpp"

#include <cassert>
#include <utility>

namespace roomd::session {

HeldPacket::HeldPacket(const sio::Packet &packet) {
    if (const auto *connect = std::get_if<sio::Connect>(&packet)) {
        type_ = sio::Type::connect;
        nsp_ = connect->nsp;
        json_ = connect->auth;
    } else if (const auto *disconnect = std::get_if<sio::Disconnect>(&packet)) {
        type_ = sio::Type::disconnect;
        nsp_ = disconnect->nsp;
    } else if (const auto *event = std::get_if<sio::Event>(&packet)) {
        type_ = sio::Type::event;
        nsp_ = event->nsp;
        name_ = event->name;
        ack_ = event->ack;
        copy(event->args);
    } else if (const auto *ack = std::get_if<sio::Ack>(&packet)) {
        type_ = sio::Type::ack;
        nsp_ = ack->nsp;
        ack_ = ack->id;
        copy(ack->args);
    } else {
        assert(false); // an unfinished packet is not held
    }
}

void HeldPacket::copy(const sio::Args &args) {
    json_ = args.json;
    blobs_.assign(args.blobs.begin(), args.blobs.end());
}

sio::Args HeldPacket::args() const {
    return {json_, {blobs_.begin(), blobs_.end()}};
}

sio::Packet HeldPacket::view() const {
    switch (type_) {
    case sio::Type::connect: return sio::Connect{nsp_, json_};
    case sio::Type::disconnect: return sio::Disconnect{nsp_};
    case sio::Type::ack: return sio::Ack{nsp_, ack_.value_or(0), args()};
    default: return sio::Event{nsp_, name_, args(), ack_};
    }
}

std::size_t HeldPacket::bytes() const noexcept {
    std::size_t bytes = sizeof *this + nsp_.size() + name_.size() + json_.size();
    for (const std::string &blob : blobs_)
        bytes += sizeof blob + blob.size();
    return bytes;
}

void Held::push(HeldPacket &&packet) {
    bytes_ += packet.bytes();
    of_all_ += packet.bytes();
    packets_.push_back(std::move(packet));
}

HeldPacket Held::pop() {
    HeldPacket packet = std::move(packets_.front());
    packets_.pop_front();
    bytes_ -= packet.bytes();
    of_all_ -= packet.bytes();
    return packet;
}

void Held::skip_to_connect() {
    while (!packets_.empty() && !packets_.front().is_connect())
        pop();
}

} // namespace roomd::session
