# Made by `roomd catalogue emitter python`. To change it, change the catalogue and run it again.
# Digest of the catalogue: 0123456789abcdef
# Digest of what its types are called: fedcba9876543210
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Awaitable, Dict, Generic, TypeVar, cast

from roomd_emit import AsyncLive, Confirmation, Live, event

_CATALOGUE = "0123456789abcdef"
_R = TypeVar("_R", covariant=True)

if TYPE_CHECKING:
    from typing import List, Literal, Protocol, Union

    from typing_extensions import Never, NotRequired, TypedDict

    Price = TypedDict("Price", {
        "shopId": "str",
        "price": "float",
        "unit": "NotRequired[Union[Literal[\"h\"], Literal[\"d\"]]]",
    })
    PriceSetRest = TypedDict("PriceSetRest", {
        "price": "float",
        "unit": "NotRequired[Union[Literal[\"h\"], Literal[\"d\"]]]",
    })
    class _NewsCall(Protocol[_R]):
        def __call__(self, data: Any, /, **options: Any) -> Any: ...
        def confirmed(self, data: Any, /, **options: Any) -> _R: ...
    class _PriceSetCall(Protocol[_R]):
        def __call__(self, a_shop_id1: str, data: PriceSetRest, /, **options: Any) -> Any: ...
        def confirmed(self, a_shop_id1: str, data: PriceSetRest, /, **options: Any) -> _R: ...
else:
    Price = Any
    PriceSetRest = Any

_SCHEMA_OF_Price: Any = {
    "title": "A price",
    "type": "object",
    "required": ["shopId", "price"],
    "properties": {"shopId": {"type": "string"}, "price": {"type": "number", "description": "In euros"}, "unit": {"enum": ["h", "d"]}},
}


class _Events(Generic[_R]):
    news: "_NewsCall[_R]" = cast(Any, event(
        "news"))
    price_set: "_PriceSetCall[_R]" = cast(Any, event(
        "price:set", ["shopId"],
        rooms=["shop:{shopId}"],
        schema=_SCHEMA_OF_Price,
        volatile=True))


class Realtime(_Events[Confirmation], Live):
    _catalogue = _CATALOGUE


class AsyncRealtime(_Events[Awaitable[Confirmation]], AsyncLive):
    """For asyncio: live = AsyncRealtime()"""
    _catalogue = _CATALOGUE


live = Realtime()
emit_news = live.news
emit_price_set = live.price_set
