"""Events from a Python backend to the browsers that want them, through roomd."""
from .clients import AsyncClients, Clients, FakeClients, Members, Moved, Presence
from .errors import EmitDropped, EmitRefused, RoomdError
from .event import Confirmation, Fault
from .fake import AsyncFake, Emitted, Fake
from .schema import checker
from .target import AsyncEmitter, Emitter
from .typed import AsyncLive, Live, event
from .ulid import Ulids

__all__ = ["AsyncClients", "AsyncEmitter", "AsyncFake", "AsyncLive", "Clients", "Confirmation", "EmitDropped", "EmitRefused", "Emitted", "Emitter",
           "Fake", "FakeClients", "Fault", "Live", "Members", "Moved", "Presence", "RoomdError", "Ulids", "checker", "event"]
