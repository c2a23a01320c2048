// Made by `roomd catalogue emitter ts`. To change it, change the catalogue and run it again.
// Digest of the catalogue: 0123456789abcdef
// Digest of what its types are called: fedcba9876543210
import { typed, type Schema } from 'roomd-emit';

/** A price */
export type Price = {
    shopId: string;
    /** In euros */
    price: number;
    unit?: "h" | "d";
};

/** What the data of each event is. */
export interface Events {
    "news": unknown;
    "price:set": Price;
}

const schemaOfPrice: Schema = {
    "title": "A price",
    "type": "object",
    "required": ["shopId", "price"],
    "properties": {"shopId": {"type": "string"}, "price": {"type": "number", "description": "In euros"}, "unit": {"enum": ["h", "d"]}},
};

export const live = typed<Events>({ catalogue: '0123456789abcdef' })({
    news: {
        name: "news",
    },
    priceSet: {
        name: "price:set",
        arguments: ["shopId"],
        rooms: ["shop:{shopId}"],
        schema: schemaOfPrice,
        volatile: true,
    },
});

export const {
    news: emitNews,
    priceSet: emitPriceSet,
} = live;
