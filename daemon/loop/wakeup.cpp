#include "loop/wakeup.hpp"

#include "loop/loop.hpp"

#include <uv.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace roomd::loop {

struct Wakeup::Handle {
    uv_async_t uv;
    std::function<void()> fn;
};

Wakeup::Wakeup(Loop &loop, std::function<void()> fn) : handle_(new Handle{{}, std::move(fn)}) {
    const int error = uv_async_init(loop.raw(), &handle_->uv, [](uv_async_t *a) noexcept {
        static_cast<Handle *>(a->data)->fn();
    });
    if (error != 0) {
        delete handle_;
        throw std::runtime_error(std::string("wake-up: ") + uv_strerror(error));
    }
    handle_->uv.data = handle_;
}

Wakeup::~Wakeup() {
    uv_close(reinterpret_cast<uv_handle_t *>(&handle_->uv),
             [](uv_handle_t *h) noexcept { delete static_cast<Handle *>(h->data); });
}

void Wakeup::wake() noexcept {
    uv_async_send(&handle_->uv);
}

} // namespace roomd::loop
