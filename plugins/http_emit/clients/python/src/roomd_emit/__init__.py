"""Events from a Python backend to the browsers that want them, through roomd."""
from .errors import EmitDropped, EmitRefused, RoomdError
from .event import Confirmation, Fault
from .fake import AsyncFake, Emitted, Fake
from .schema import checker
from .target import AsyncEmitter, Emitter
from .typed import AsyncLive, Live, event
from .ulid import Ulids

__all__ = ["AsyncEmitter", "AsyncFake", "AsyncLive", "Confirmation", "EmitDropped", "EmitRefused", "Emitted", "Emitter",
           "Fake", "Fault", "Live", "RoomdError", "Ulids", "checker", "event"]
