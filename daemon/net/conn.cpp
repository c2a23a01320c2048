#include "net/conn.hpp"

namespace roomd::net {

void Deadlines::put(Conn &conn, Wait wait, base::Time due) noexcept {
    drop(conn);
    List &list = lists_[static_cast<std::size_t>(wait)];
    conn.wait = wait;
    conn.due = due;
    conn.before = list.tail;
    (list.tail != nullptr ? list.tail->after : list.head) = &conn;
    list.tail = &conn;
    ++list.size;
}

void Deadlines::drop(Conn &conn) noexcept {
    if (conn.wait == Wait::nothing) return;
    List &list = lists_[static_cast<std::size_t>(conn.wait)];
    (conn.before != nullptr ? conn.before->after : list.head) = conn.after;
    (conn.after != nullptr ? conn.after->before : list.tail) = conn.before;
    conn.before = conn.after = nullptr;
    conn.wait = Wait::nothing;
    --list.size;
}

Conn *Deadlines::first(Wait wait) const noexcept {
    return lists_[static_cast<std::size_t>(wait)].head;
}

} // namespace roomd::net
