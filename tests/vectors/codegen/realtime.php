<?php
// Made by `roomd catalogue emitter php`. To change it, change the catalogue and run it again.
// Digest of the catalogue: 0123456789abcdef
// Digest of what its types are called: fedcba9876543210
declare(strict_types=1);

if (!class_exists(Roomd\Emitter::class)) require_once __DIR__ . '/Roomd.php';

/**
 * Realtime::live() sends to the daemon that the environment names.
 *
 * @phpstan-type PriceData array{shopId: string, price: int|float, unit?: 'h'|'d'}
 */
final class Realtime extends Roomd\Emitter
{
    public const CATALOGUE = '0123456789abcdef';
    private static ?self $live = null;

    public static function live(): self
    {
        return self::$live ??= new self();
    }

    /** @param mixed $data */
    public function news(mixed $data, mixed ...$options): void
    {
        $this->emit('news', $data, ...$options);
    }
    /** @param mixed $data */
    public function newsConfirmed(mixed $data, mixed ...$options): Roomd\Confirmation
    {
        return $this->confirmed('news', $data, ...$options);
    }
    /** @param array{price: int|float, unit?: 'h'|'d'} $data */
    public function priceSet(string $shopId, array $data, mixed ...$options): void
    {
        $this->emit('price:set', ['shopId' => $shopId] + $data, ...$options);
    }
    /** @param array{price: int|float, unit?: 'h'|'d'} $data */
    public function priceSetConfirmed(string $shopId, array $data, mixed ...$options): Roomd\Confirmation
    {
        return $this->confirmed('price:set', ['shopId' => $shopId] + $data, ...$options);
    }
}
