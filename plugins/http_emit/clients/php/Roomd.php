<?php
// Events from a PHP backend to the browsers that want them, through roomd.  One file, PHP 8.1 or later, no extension.
declare(strict_types=1);

namespace Roomd;

class RoomdError extends \RuntimeException
{
    // $reason is for programs and stays; $pointer says where in the event the fault is.
    public function __construct(public readonly string $reason, string $message, public readonly string $event = '',
        public readonly string $key = '', public readonly string $pointer = '', public readonly int $status = 0)
    {
        parent::__construct($reason . ($pointer === '' ? '' : " at $pointer") . ": $message");
    }
}

// The daemon, or this file ahead of it, does not take the event.  Sending it again changes nothing.
final class EmitRefused extends RoomdError
{
}

// The event was given up: queue_full, deadline, answer_invalid.  After the last two it may have been sent all the same.
final class EmitDropped extends RoomdError
{
}

final class Confirmation
{
    public function __construct(public readonly string $id, public readonly int $recipients, public readonly array $rooms,
        public readonly bool $duplicate)
    {
    }
}

// ULIDs that grow, also within a millisecond and when the clock is put back.
final class Ulids
{
    private const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    private int $time = -1;
    private array $random = []; // 16 numbers of 5 bits
    private int $process = 0;

    public function __construct(private readonly ?\Closure $now = null)
    {
    }

    public function next(): string
    {
        $now = $this->now ? ($this->now)() : (int) (microtime(true) * 1000);
        $process = (int) getmypid(); // a child that was forked begins anew
        if ($now > $this->time || $process !== $this->process || !$this->increment()) {
            $this->time = max($now, $this->time + 1);
            $this->process = $process;
            $this->random = array_map(static fn (int $byte): int => $byte & 31, array_values(unpack('C*', random_bytes(16))));
        }
        $text = '';
        for ($shift = 45; $shift >= 0; $shift -= 5) $text .= self::LETTERS[$this->time >> $shift & 31];
        foreach ($this->random as $five) $text .= self::LETTERS[$five];
        return $text;
    }

    private function increment(): bool
    {
        for ($i = 15; $i >= 0; --$i) {
            if ($this->random[$i] < 31) {
                ++$this->random[$i];
                return true;
            }
            $this->random[$i] = 0;
        }
        return false;
    }
}

// Whom events go to.  A value: to() and its like give another one, and nothing sticks to this one.
class Target
{
    protected array $aim = []; // as docs/http.md names it: rooms, except, volatile, ...

    protected function __construct(protected object $sink)
    {
    }

    // Sends after the answer to the visitor.  Does not wait and, in production, does not throw.
    // In a transaction it asks the database, and throws what that does.
    public function emit(string $event, mixed $data, string|array|null $rooms = null, string|array $except = [], ?bool $volatile = null,
        bool $broadcast = false, ?string $namespace = null, ?string $traceparent = null, ?bool $durable = null): void
    {
        $this->sink->emit($event, $data, $this->merged($rooms, $except, $volatile, $broadcast, $namespace, $traceparent, $durable));
    }

    // Sends now, behind what is in line, and waits for what became of it.  Throws EmitRefused or EmitDropped.
    public function confirmed(string $event, mixed $data, string|array|null $rooms = null, string|array $except = [], ?bool $volatile = null,
        bool $broadcast = false, ?string $namespace = null, ?string $traceparent = null, ?bool $durable = null): Confirmation
    {
        return $this->sink->confirmed($event, $data, $this->merged($rooms, $except, $volatile, $broadcast, $namespace, $traceparent, $durable));
    }

    public function to(string|array ...$rooms): static
    {
        return $this->with(['rooms' => [...$this->aim['rooms'] ?? [], ...self::flat($rooms)]]);
    }
    public function except(string|array ...$rooms): static
    {
        return $this->with(['except' => [...$this->aim['except'] ?? [], ...self::flat($rooms)]]);
    }
    public function of(string $namespace): static
    {
        return $this->with(['namespace' => $namespace]);
    }
    public function volatile(): static
    {
        return $this->with(['volatile' => true]);
    }
    public function durable(): static
    {
        return $this->with(['durable' => true]);
    }
    // The same names inside a transaction: what is emitted is sent when it commits.
    public function in(\PDO $database): static
    {
        $one = clone $this;
        $one->sink = $this->sink->within($database);
        return $one;
    }

    private function with(array $changed): static
    {
        $one = clone $this;
        $one->aim = [...$this->aim, ...$changed];
        return $one;
    }
    private function merged(string|array|null $rooms, string|array $except, ?bool $volatile, bool $broadcast, ?string $namespace,
        ?string $traceparent, ?bool $durable): array
    {
        $aim = $this->aim;
        if ($rooms !== null) $aim['rooms'] = [...$aim['rooms'] ?? [], ...(array) $rooms];
        if ($except !== [] && $except !== '') $aim['except'] = [...$aim['except'] ?? [], ...(array) $except];
        foreach (['volatile' => $volatile, 'broadcast' => $broadcast ?: null, 'namespace' => $namespace, 'traceparent' => $traceparent,
            'durable' => $durable] as $name => $value)
            if ($value !== null) $aim[$name] = $value;
        return $aim;
    }
    private static function flat(array $rooms): array
    {
        return array_merge([], ...array_map(static fn (string|array $one): array => array_values((array) $one), $rooms));
    }
}

// Sends to a daemon.  What is left out comes from ROOMD_URL, ROOMD_SOCKET and ROOMD_KEY.
class Emitter extends Target
{
    // The digest of the catalogue that generated code was made from: a daemon with another one is warned of.
    public const CATALOGUE = null;

    // $timeout: seconds for all that is sent at the end of a request, connecting included.
    // $onError hears of every event that was refused or dropped; without it, lines go to error_log().
    // Throws InvalidArgumentException for what is wrong with these.
    public function __construct(?string $url = null, ?string $socketPath = null, ?string $key = null, string $path = '/api/emit',
        float $timeout = 0.2, ?\Closure $onError = null, ?bool $development = null, int $maxQueue = 1000, int $maxQueueBytes = 4_194_304,
        array $tls = [], ?bool $durable = null)
    {
        if ($url === null && $socketPath === null) {
            $url = getenv('ROOMD_URL') ?: null;
            $socketPath = getenv('ROOMD_SOCKET') ?: null;
        }
        $connection = new Connection($url, $socketPath, $key ?? (getenv('ROOMD_KEY') ?: null), $path, $tls);
        if ($durable !== null) $this->aim['durable'] = $durable;
        parent::__construct(new Line($connection, $timeout, $onError, $development ?? getenv('ROOMD_ENV') === 'development', $maxQueue, $maxQueueBytes,
            static::CATALOGUE));
    }

    // Sends what is in line, here and now, within the time-out.  Whether all of it is settled.
    public function flush(): bool
    {
        return $this->sink->flush();
    }
    // queued, sent, duplicates, refused, dropped, requests, retries.
    public function stats(): array
    {
        return $this->sink->stats();
    }
    // From now on, events go into a fake.
    public function use(Fake $fake): static
    {
        $this->sink = $fake;
        return $this;
    }
}

// An event on its way from a call to a body.
final class Prepared
{
    private const MAX_EVENT = 1_048_576; // a daemon that takes less says so
    private const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
    private const ROOM = '/^(?:[A-Za-z0-9_.@+~-]{1,64}:[!#-)+-;=?-_a-z|~]{1,255}|[!#-)+-9;=?-_a-z|~]{1,255})$/D';
    public ?\Closure $settle = null;

    private function __construct(public readonly string $event, public readonly string $key, public readonly string $json,
        public readonly bool $volatile, public readonly ?string $traceparent)
    {
    }

    // Throws EmitRefused for what no daemon would take.
    public static function of(string $event, mixed $data, array $aim, string $key): self
    {
        if ($event === '') throw new EmitRefused('event_invalid', 'an event has a name', $event, $key, '/event');
        if (in_array($event, self::RESERVED, true) || strlen($event) > 256)
            throw new EmitRefused('event_invalid', 'Socket.IO reserves this name, or it is longer than 256 bytes', $event, $key, '/event');
        $json = '{"event":' . self::text($event, $event, '/event') . ',"data":' . self::text($event, $data, '/data');
        if (isset($aim['rooms'])) {
            if ($aim['rooms'] === []) throw new EmitRefused('rooms_empty', 'name at least one room, or leave the rooms out', $event, $key, '/rooms');
            $json .= ',"rooms":' . self::names($event, 'rooms', $aim['rooms']);
        }
        if (!empty($aim['except'])) $json .= ',"except":' . self::names($event, 'except', $aim['except']);
        if (!empty($aim['broadcast'])) {
            if (isset($aim['rooms'])) throw new EmitRefused('two_targets', 'a broadcast goes to everyone: leave the rooms out', $event, $key, '/broadcast');
            $json .= ',"broadcast":true';
        }
        if (!empty($aim['volatile'])) $json .= ',"volatile":true';
        if (isset($aim['durable'])) $json .= ',"durable":' . ($aim['durable'] ? 'true' : 'false');
        if (isset($aim['namespace'])) $json .= ',"namespace":' . self::text($event, $aim['namespace'], '/namespace');
        $json .= ",\"key\":\"$key\"}";
        if (strlen($json) > self::MAX_EVENT)
            throw new EmitRefused('emit_too_big', strlen($json) . ' bytes are too many for one event', $event, $key, '/data');
        $trace = $aim['traceparent'] ?? null;
        $good = $trace !== null && preg_match('/^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/D', $trace);
        return new self($event, $key, $json, !empty($aim['volatile']), $good ? $trace : null);
    }

    // What can be confirmed.
    public static function unstored(string $event, array $aim): array
    {
        if (!empty($aim['durable']))
            throw new EmitRefused('durable_unconfirmed', 'nobody knows the recipients of a durable event: say durable: false', $event, '', '/durable');
        return [...$aim, 'durable' => false];
    }
    public static function text(string $event, mixed $value, string $pointer): string
    {
        try {
            return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION);
        } catch (\Throwable $why) { // what jsonSerialize() throws too
            throw new EmitRefused('data_invalid', $why->getMessage(), $event, '', $pointer);
        }
    }
    public static function names(string $event, string $name, array $rooms): string
    {
        foreach (array_values($rooms) as $i => $room) {
            if (!is_string($room)) throw new EmitRefused('room_invalid', 'a room is named by a string', $event, '', "/$name");
            if (!preg_match(self::ROOM, $room))
                throw new EmitRefused('room_invalid', self::text($event, $room, "/$name/$i") . ' can be no room: see the id of a room in docs/rooms.md', $event, '',
                    "/$name/$i");
        }
        return self::text($event, array_values($rooms), "/$name");
    }
}

// Events in line until the visitor has been answered.
final class Line
{
    private const MAX_BATCH = 1000; // as the daemon's max_batch
    private const MAX_BATCH_BYTES = 524_288;
    private const WORKER = 100; // a program without end sends when so many are in line, or when the oldest waits for a second
    private const REQUESTS = 1000; // to a web server: so many share one look at the daemon's catalogue
    // 502 and 504 are how a proxy says that it could not connect or waited too long.
    private const LATER = [429, 502, 503, 504];
    private const LATER_CODES = ['over_budget', 'key_rate', 'overloaded', 'stopping', 'unavailable', 'draining', 'not_ready', 'plugin_timeout',
        'too_many_connections', 'verdict_timeout', 'store_unavailable', 'store_full', 'store_unsure'];

    private array $events = []; // Prepared by the order of the calls
    private array $volatile = []; // ... keys of those that are volatile
    private int $bytes = 0;
    private float $since = 0; // when the oldest came
    private int $process = 0;
    private array $told = [];
    private string $last = ''; // what became of the last attempt
    private bool $reached = false; // ... it was answered
    private bool $compared = true; // nothing is left to ask about the catalogue
    private array $count = ['sent' => 0, 'duplicates' => 0, 'refused' => 0, 'dropped' => 0, 'requests' => 0, 'retries' => 0];
    private readonly Ulids $ulids;

    public function __construct(private readonly Connection $connection, private readonly float $timeout, private readonly ?\Closure $onError,
        private readonly bool $development, private readonly int $maxQueue, private readonly int $maxQueueBytes,
        private readonly ?string $catalogue = null)
    {
        if ($timeout <= 0 || $maxQueue <= 0 || $maxQueueBytes <= 0) throw new \InvalidArgumentException('a bound of the emitter is more than 0');
        $this->ulids = new Ulids();
    }

    public function emit(string $event, mixed $data, array $aim): void
    {
        try {
            $this->push(Prepared::of($event, $data, $aim, $this->ulids->next()));
            $long = count($this->events) >= self::WORKER || microtime(true) - $this->since > 1;
            if ($long && self::isProgram()) {
                $this->flush();
                $this->compare();
            }
        } catch (\Throwable $why) {
            if ($this->development) throw $why;
            $this->report($why instanceof RoomdError ? $why : new EmitRefused('internal_error', $why->getMessage(), $event));
        }
    }

    public function confirmed(string $event, mixed $data, array $aim): Confirmation
    {
        $outcome = null;
        $one = Prepared::of($event, $data, Prepared::unstored($event, $aim), $this->ulids->next());
        $one->settle = static function (Confirmation|RoomdError $became) use (&$outcome): void {
            $outcome = $became;
        };
        $this->push($one);
        $this->flush();
        if ($outcome === null) { // not in line any more: nobody would hear of it
            $this->take($one->key);
            ++$this->count['dropped'];
            $outcome = new EmitDropped('deadline', 'not taken within ' . $this->timeout . ' s' . $this->last, $event, $one->key);
        }
        if ($outcome instanceof RoomdError) throw $outcome;
        return $outcome;
    }

    public function within(\PDO $database): Transaction
    {
        return new Transaction($database);
    }

    public function stats(): array
    {
        return ['queued' => count($this->events), 'queuedBytes' => $this->bytes, ...$this->count];
    }

    public function flush(): bool
    {
        $end = microtime(true) + $this->timeout;
        $most = self::MAX_BATCH;
        $pause = 0.005;
        while ($this->events !== [] && microtime(true) < $end) {
            $batch = $this->batch($most);
            ++$this->count['requests'];
            $trace = current(array_filter(array_map(static fn (Prepared $one): ?string => $one->traceparent, $batch))) ?: null;
            $body = '{"atomic":false,"events":[' . implode(',', array_map(static fn (Prepared $one): string => $one->json, $batch)) . ']}';
            $answer = $this->connection->post($body, $trace, $end);
            $this->reached = $answer !== null;
            $this->last = '; the last attempt: ' . ($answer === null ? $this->connection->why ?: 'no answer in time' : "HTTP {$answer['status']}");
            $later = $answer === null ? count($batch) : $this->judge($batch, $answer);
            if ($later === null) {
                $most = intdiv(count($batch) + 1, 2);
            } elseif ($later > 0) {
                $wait = max($pause * (0.5 + mt_rand() / mt_getrandmax() / 2), $answer['retryAfter'] ?? 0);
                $pause *= 2;
                if (microtime(true) + $wait >= $end) break;
                usleep((int) ($wait * 1e6));
                ++$this->count['retries'];
            }
        }
        return $this->events === [];
    }

    // The end of the request: nobody waits any more, or nobody can be spared it.
    public function leave(): void
    {
        if ($this->process !== getmypid() || ($this->events === [] && $this->compared)) return; // of a parent, that sends them
        ignore_user_abort(true);
        if (\function_exists('fastcgi_finish_request')) \fastcgi_finish_request();
        elseif (\function_exists('litespeed_finish_request')) \litespeed_finish_request();
        $this->flush();
        foreach ($this->events as $key => $one) $this->lose((string) $key, 'deadline', 'not taken within ' . $this->timeout . ' s of the end of the request' . $this->last);
        $this->compare();
    }

    // Once in a process, behind its events.  Each request to a web server begins anew: in production one of a thousand asks.
    private function compare(): void
    {
        if ($this->compared || !$this->reached) return;
        $this->compared = true;
        if (!$this->development && !self::isProgram() && mt_rand(1, self::REQUESTS) > 1) return;
        $answer = $this->connection->page('/health', microtime(true) + $this->timeout);
        $health = json_decode($answer['body'] ?? '', true);
        $told = is_array($health) ? $health['data']['catalogue'] ?? null : null;
        if (is_string($told) && $told !== $this->catalogue)
            error_log("roomd: the daemon has the catalogue $told, and this code was made from $this->catalogue: run `roomd catalogue emitter php` again");
    }
    private static function isProgram(): bool
    {
        return \in_array(PHP_SAPI, ['cli', 'phpdbg'], true);
    }

    private function push(Prepared $one): void
    {
        if ($this->process !== getmypid()) { // the first event, or the first of a child that was forked
            $this->process = (int) getmypid();
            $this->events = $this->volatile = [];
            $this->bytes = 0;
            $this->reached = false;
            $this->compared = $this->catalogue === null;
            register_shutdown_function(function (): void {
                // Behind the shutdown functions of the application, which may emit too.
                register_shutdown_function($this->leave(...));
            });
        }
        if ($this->events === []) $this->since = microtime(true);
        $this->events[$one->key] = $one;
        if ($one->volatile) $this->volatile[$one->key] = true;
        $this->bytes += strlen($one->json);
        while (count($this->events) > $this->maxQueue || $this->bytes > $this->maxQueueBytes)
            $this->lose((string) (array_key_first($this->volatile) ?? array_key_first($this->events)), 'queue_full', 'more events are in line than may be');
    }

    private function batch(int $most): array
    {
        $batch = [];
        $bytes = 0;
        foreach ($this->events as $one) {
            $bytes += strlen($one->json);
            if ($batch !== [] && (count($batch) >= $most || $bytes > self::MAX_BATCH_BYTES)) break;
            $batch[] = $one;
        }
        return $batch;
    }

    // How many of a batch are to be sent again.  null: one event spoils it for all, so it is to be sent in halves.
    private function judge(array $batch, array $answer): ?int
    {
        $said = json_decode($answer['body'], true);
        $results = is_array($said) ? $said['data']['results'] ?? null : null;
        $status = $answer['status'];
        $each = is_array($results) && count($results) === count($batch);
        if (!$each && \in_array($status, self::LATER, true)) return count($batch);
        if (!$each && \in_array($status, [400, 413, 422], true) && count($batch) > 1) return null;
        $later = 0;
        foreach ($batch as $i => $one) {
            $result = $each && is_array($results[$i]) ? $results[$i] : [];
            $error = $each ? $result['error'] ?? [] : $said['error'] ?? [];
            if (!is_array($error)) $error = [];
            if ($result['success'] ?? false) {
                $this->settle($one, new Confirmation((string) ($result['id'] ?? ''), (int) ($result['recipients'] ?? 0), (array) ($result['rooms'] ?? []),
                    (bool) ($result['duplicate'] ?? false)));
            } elseif ($each && \in_array($error['code'] ?? '', self::LATER_CODES, true)) {
                ++$later;
            } elseif (!$each && $status >= 200 && $status < 300) {
                $this->settle($one, new EmitDropped('answer_invalid', 'the answer is not one of roomd', $one->event, $one->key, '', $status));
            } else {
                $this->settle($one, new EmitRefused((string) ($error['code'] ?? "http_$status"), (string) ($error['message'] ?? "HTTP $status"), $one->event,
                    $one->key, (string) ($error['pointer'] ?? ''), $each && $status < 300 ? 422 : $status));
            }
        }
        return $later;
    }

    private function take(string $key): ?Prepared
    {
        $one = $this->events[$key] ?? null;
        if ($one !== null) {
            unset($this->events[$key], $this->volatile[$key]);
            $this->bytes -= strlen($one->json);
        }
        return $one;
    }
    private function lose(string $key, string $reason, string $why): void
    {
        $one = $this->events[$key];
        $this->settle($one, new EmitDropped($reason, $why, $one->event, $key));
    }
    private function settle(Prepared $one, Confirmation|RoomdError $outcome): void
    {
        $this->take($one->key);
        ++$this->count[$outcome instanceof Confirmation ? 'sent' : ($outcome instanceof EmitDropped ? 'dropped' : 'refused')];
        if ($outcome instanceof Confirmation && $outcome->duplicate) ++$this->count['duplicates'];
        if ($one->settle !== null) ($one->settle)($outcome);
        elseif ($outcome instanceof RoomdError) $this->report($outcome);
    }

    private function report(RoomdError $error): void
    {
        try {
            if ($this->onError !== null) {
                ($this->onError)($error);
                return;
            }
            $kind = $error instanceof EmitDropped ? 'dropped' : "$error->event $error->reason $error->pointer";
            $now = time();
            if ($now < ($this->told[$kind] ?? 0)) return;
            if (count($this->told) >= 100) $this->told = [];
            $this->told[$kind] = $now + 60;
            error_log("roomd: $error->event was " . ($error instanceof EmitDropped ? 'dropped' : 'refused') . ': ' . $error->getMessage());
        } catch (\Throwable) {
            // What the application's hook throws is not the business of who emits.
        }
    }
}

// Posts batches over one connection that is kept while the process lives.
final class Connection
{
    private const MAX_ANSWER = 8_388_608;
    private array $ways = []; // [address, what stands before the path of each page, head of each request but for its first line and the length]
    private int $way = 0;
    private readonly string $path; // where batches go
    private mixed $socket = null;
    public string $why = ''; // the last post() got no answer
    public bool $sent = false; // ... and may have been heard all the same
    private int $process = 0;

    public function __construct(?string $url, ?string $socketPath, ?string $key, string $path, private readonly array $tls)
    {
        if ($key !== null && !preg_match('/^[\x21-\x7e]+$/D', $key)) throw new \InvalidArgumentException('a key is visible ASCII');
        $this->path = rtrim($path, '/') . '/batch';
        $head = static fn (string $host): string => "Host: $host\r\nContent-Type: application/json\r\n" . ($key === null ? '' : "Authorization: Bearer $key\r\n");
        if ($socketPath !== null) $this->ways[] = ["unix://$socketPath", '', $head('localhost')];
        if ($url !== null || $socketPath === null) {
            $at = parse_url($url ?? 'http://127.0.0.1:3001');
            if (!\in_array($at['scheme'] ?? '', ['http', 'https'], true) || !isset($at['host']))
                throw new \InvalidArgumentException("the url of roomd begins with http:// or https://, not '$url'");
            $secure = $at['scheme'] === 'https';
            $port = $at['port'] ?? ($secure ? 443 : 80);
            $this->ways[] = [($secure ? 'ssl' : 'tcp') . "://{$at['host']}:$port",
                rtrim($at['path'] ?? '', '/'), $head($at['host'] . (isset($at['port']) ? ":$port" : ''))];
        }
    }

    // ['status', 'body', 'retryAfter' in seconds], or null when no answer came.  Looking up a name aside, it is back by $end.
    public function post(string $body, ?string $traceparent, float $end): ?array
    {
        $trace = $traceparent === null ? '' : "traceparent: $traceparent\r\n";
        $length = strlen($body);
        return $this->ask('POST', $this->path, "{$trace}Content-Length: $length\r\n\r\n$body", $end);
    }
    // ... of a page of the daemon itself.
    public function page(string $path, float $end): ?array
    {
        return $this->ask('GET', $path, "\r\n", $end);
    }

    // ... of another path.
    public function tell(string $method, string $path, string $body, float $end): ?array
    {
        $length = strlen($body);
        return $this->ask($method, $path, "Content-Length: $length\r\n\r\n$body", $end);
    }

    private function ask(string $method, string $path, string $rest, float $end): ?array
    {
        $this->why = '';
        $this->sent = false;
        set_error_handler(function (int $number, string $warning): bool { // the streams' warnings are not the application's
            $this->why = $this->why ?: (string) preg_replace('/^\w+\(\): /', '', strtr($warning, "\r\n", '  '));
            return true;
        });
        try {
            if ($this->process !== getmypid()) $this->socket = null; // of the parent: let alone, it is still in use there
            $this->process = (int) getmypid();
            if ($this->socket === null && !$this->open($end)) return null;
            [, $where, $head] = $this->ways[$this->way];
            $this->sent = true;
            if ($this->write("$method $where$path HTTP/1.1\r\n$head$rest", $end)) $answer = $this->read($end);
            if (!isset($answer) || !$answer['kept']) $this->hangUp();
            return $answer ?? null;
        } finally {
            restore_error_handler();
        }
    }

    // The next post() opens a connection, which nobody can have closed meanwhile.
    public function renew(): void
    {
        if ($this->process === getmypid()) $this->hangUp();
    }

    private function open(float $end): bool
    {
        foreach ($this->ways as $i => [$address]) {
            $left = $end - microtime(true);
            if ($left <= 0) return false;
            $socket = stream_socket_client($address, $number, $message, $left, STREAM_CLIENT_CONNECT, stream_context_create(['ssl' => $this->tls]));
            if ($socket === false) continue;
            stream_set_blocking($socket, false);
            $this->socket = $socket;
            $this->way = $i;
            return true;
        }
        return false;
    }
    private function hangUp(): void
    {
        if ($this->socket !== null) fclose($this->socket);
        $this->socket = null;
    }
    private function wait(bool $write, float $end): bool
    {
        $left = $end - microtime(true);
        $read = $write ? [] : [$this->socket];
        $written = $write ? [$this->socket] : [];
        $none = [];
        return $left > 0 && stream_select($read, $written, $none, (int) $left, (int) (fmod($left, 1) * 1e6)) > 0;
    }
    private function write(string $bytes, float $end): bool
    {
        while ($bytes !== '') {
            $written = fwrite($this->socket, $bytes);
            if ($written === false || ($written === 0 && (feof($this->socket) || !$this->wait(true, $end)))) return false;
            $bytes = substr($bytes, $written);
        }
        return true;
    }
    private function read(float $end): ?array
    {
        $seen = '';
        for (;;) {
            $more = fread($this->socket, 65_536);
            $seen .= (string) $more;
            $closed = $more === false || ($more === '' && feof($this->socket));
            $answer = self::whole($seen, $closed);
            if ($answer !== null) return $answer;
            if ($closed || strlen($seen) > self::MAX_ANSWER) return null;
            if ($more === '' && !$this->wait(false, $end)) return null;
        }
    }

    private static function whole(string $seen, bool $closed): ?array
    {
        do { // answers of 1xx are on the way to the one
            [$head, $body] = explode("\r\n\r\n", $seen, 2) + [1 => null];
            if ($body === null || !preg_match('~^HTTP/1\.[01] (\d{3})~', $head, $status)) return null;
            $seen = $body;
        } while ($status[1] < 200);
        $field = static fn (string $name): ?string => preg_match("/^$name:[ \t]*(.*?)[ \t]*\r?$/im", $head, $found) ? $found[1] : null;
        $kept = strcasecmp($field('Connection') ?? '', 'close') !== 0;
        if (stripos($field('Transfer-Encoding') ?? '', 'chunked') !== false) {
            $body = self::chunks($body);
        } elseif (($length = $field('Content-Length')) !== null) {
            $body = strlen($body) >= (int) $length ? substr($body, 0, (int) $length) : null;
        } else {
            $kept = false;
            if (!$closed) $body = null;
        }
        $retry = $field('Retry-After');
        $after = $retry === null ? null : (ctype_digit($retry) ? (float) $retry : max(0, strtotime($retry) - time()));
        return $body === null ? null : ['status' => (int) $status[1], 'body' => $body, 'retryAfter' => $after, 'kept' => $kept];
    }
    private static function chunks(string $seen): ?string
    {
        for ($body = ''; preg_match('/^([\da-f]+)[^\r\n]*\r\n/i', $seen, $found); $seen = substr($seen, $from + $size + 2)) {
            [$size, $from] = [hexdec($found[1]), strlen($found[0])];
            if ($size === 0) return str_contains(substr($seen, $from - 2), "\r\n\r\n") ? $body : null;
            if (strlen($seen) < $from + $size + 2) return null;
            $body .= substr($seen, $from, $size);
        }
        return null;
    }
}

// Emits with the commit of a transaction: SELECT roomd.emit(...).  What the database throws is thrown.
final class Transaction
{
    public function __construct(private readonly \PDO $database)
    {
    }

    public function emit(string $event, mixed $data, array $aim): void
    {
        if (($aim['rooms'] ?? null) === []) throw new EmitRefused('rooms_empty', 'name at least one room, or leave the rooms out', $event, '', '/rooms');
        $sql = 'SELECT roomd.emit(?, CAST(? AS jsonb)';
        $values = [$event, Prepared::text($event, $data, '/data')];
        foreach (['rooms' => 'rooms', 'except' => 'except_rooms'] as $name => $argument) {
            if (empty($aim[$name])) continue;
            $sql .= ", $argument => ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb)))"; // PDO has no arrays
            $values[] = Prepared::names($event, $name, $aim[$name]);
        }
        if (isset($aim['traceparent'])) {
            $sql .= ', traceparent => ?';
            $values[] = $aim['traceparent'];
        }
        // Only where it is asked for: a schema before version 10 has none of them.
        if (isset($aim['namespace'])) {
            $sql .= ', namespace => ?';
            $values[] = $aim['namespace'];
        }
        foreach (['volatile', 'broadcast'] as $name)
            if (!empty($aim[$name])) $sql .= ", $name => true";
        $statement = $this->database->prepare("$sql)");
        if ($statement === false || $statement->execute($values) === false)
            throw new \RuntimeException('roomd.emit: ' . implode(' ', ($statement ?: $this->database)->errorInfo()));
    }
    public function confirmed(string $event): Confirmation
    {
        throw new EmitRefused('not_in_transaction', 'nobody knows the recipients before the commit', $event);
    }
    public function within(\PDO $database): self
    {
        return new self($database);
    }
}

// For tests: $emitter->use($fake) keeps what is emitted, and throws what no daemon would take.
final class Fake
{
    // Each as ['event', 'data' as clients get it, 'rooms' or null, 'except', 'volatile', 'broadcast', 'durable', 'namespace', 'key', 'transaction'].
    public array $emitted = [];
    public int $recipients = 1; // what confirmed() says
    private readonly Ulids $ulids;

    public function __construct()
    {
        $this->ulids = new Ulids();
    }
    public function emit(string $event, mixed $data, array $aim, ?\PDO $transaction = null): string
    {
        $one = Prepared::of($event, $data, $aim, $this->ulids->next());
        $this->emitted[] = ['event' => $event, 'data' => json_decode($one->json, true)['data'], 'rooms' => $aim['rooms'] ?? null, 'except' => $aim['except'] ?? [],
            'volatile' => $one->volatile, 'broadcast' => !empty($aim['broadcast']), 'durable' => !empty($aim['durable']), 'namespace' => $aim['namespace'] ?? '/', 'key' => $one->key,
            'transaction' => $transaction];
        return $one->key;
    }
    public function confirmed(string $event, mixed $data, array $aim): Confirmation
    {
        return new Confirmation($this->emit($event, $data, Prepared::unstored($event, $aim)), $this->recipients, $aim['rooms'] ?? [], false);
    }
    public function within(\PDO $database): object
    {
        return new class($this, $database) {
            public function __construct(private readonly Fake $fake, private readonly \PDO $database)
            {
            }
            public function emit(string $event, mixed $data, array $aim): void
            {
                $this->fake->emit($event, $data, $aim, $this->database);
            }
        };
    }
    // The data of each $event.
    public function data(string $event): array
    {
        return array_column(array_filter($this->emitted, static fn (array $one): bool => $one['event'] === $event), 'data');
    }
    public function flush(): bool
    {
        return true;
    }
    public function stats(): array
    {
        return ['queued' => 0, 'queuedBytes' => 0, 'sent' => count($this->emitted), 'duplicates' => 0, 'refused' => 0, 'dropped' => 0, 'requests' => 0, 'retries' => 0];
    }
}

// What a backend does to the clients of a daemon, and asks about them: the plugin http_clients.  Each call waits, and throws
// EmitRefused or EmitDropped as confirmed() does.  Which clients are meant: all of a $user, one $client by its Socket.IO id, or
// all in a $room.
class Clients
{
    private const MAX_USERS = 1000; // in one question
    private const LATER = [429, 502, 503, 504];
    private const FROM_BETWEEN = [502, 504]; // of a proxy: what is behind it may have heard
    private readonly Connection $connection;
    private readonly string $base;

    // $timeout: seconds for one call, whatever is tried again meanwhile.
    public function __construct(?string $url = null, ?string $socketPath = null, ?string $key = null, string $path = '/api/',
        private readonly float $timeout = 2.0, array $tls = [])
    {
        if ($timeout <= 0) throw new \InvalidArgumentException('a time-out is more than 0');
        if ($url === null && $socketPath === null) {
            $url = getenv('ROOMD_URL') ?: null;
            $socketPath = getenv('ROOMD_SOCKET') ?: null;
        }
        $this->connection = new Connection($url, $socketPath, $key ?? (getenv('ROOMD_KEY') ?: null), '', $tls);
        $this->base = rtrim($path, '/') . '/';
    }

    // ['clients' that were meant, 'moved': of these, in other rooms now, 'full': of these, joined none: they would have had too many].
    public function join(?string $user = null, string|array $rooms = [], ?string $client = null, ?string $room = null, ?string $namespace = null): array
    {
        return $this->moved('join', ['to' => array_values((array) $rooms)] + self::whom($user, $client, $room, $namespace));
    }
    public function leave(?string $user = null, string|array $rooms = [], ?string $client = null, ?string $room = null, ?string $namespace = null): array
    {
        return $this->moved('leave', ['from' => array_values((array) $rooms)] + self::whom($user, $client, $room, $namespace));
    }
    // Disconnects, a user in every namespace, and tells how many.  $close: stock clients come back by themselves.
    public function kick(?string $user = null, ?string $client = null, ?string $room = null, ?string $namespace = null, bool $close = false,
        ?string $reason = null): int
    {
        $body = self::whom($user, $client, $room, $namespace) + ($close ? ['close' => true] : []) + ($reason === null ? [] : ['reason' => $reason]);
        return (int) $this->ask('POST', 'kick', $body, false)['clients'];
    }
    // Whether a user is online; of many, those who are.
    public function online(string|array $users): bool|array
    {
        $there = [];
        foreach (array_chunk((array) $users, self::MAX_USERS) as $some)
            array_push($there, ...$this->ask('POST', 'presence/online', ['users' => array_map('strval', $some)], true)['online']);
        return is_string($users) ? in_array($users, $there, true) : $there;
    }
    // ['online', 'count', 'clients' with 'id', 'namespace', 'portal', 'transport', 'address', 'rooms'].
    public function user(string $user, ?string $namespace = null): array
    {
        return $this->ask('GET', 'presence/users/' . rawurlencode($user) . self::query(['namespace' => $namespace]), null, true);
    }
    // A page: ['count' on all pages, 'members' with 'id' and 'user', 'next': the $after of the next page, where there is one].
    public function members(string $room, ?string $namespace = null, ?int $limit = null, ?string $after = null): array
    {
        $query = self::query(['namespace' => $namespace, 'limit' => $limit, 'after' => $after]);
        return $this->ask('GET', 'presence/rooms/' . rawurlencode($room) . $query, null, true);
    }

    // The data of the answer.  $repeats: it may be said twice.
    protected function ask(string $method, string $path, ?array $body, bool $repeats): array
    {
        try {
            $text = $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
        } catch (\JsonException $why) {
            throw new EmitRefused('data_invalid', $why->getMessage());
        }
        $end = microtime(true) + $this->timeout;
        for ($pause = 0.05; ; $pause = min(1.0, $pause * 2)) {
            if (!$repeats) $this->connection->renew();
            $answer = $this->connection->tell($method, $this->base . $path, $text, $end);
            $last = $answer === null ? $this->connection->why ?: 'no answer in time' : "HTTP {$answer['status']}";
            if ($answer !== null && !in_array($answer['status'], self::LATER, true)) return self::data($answer);
            // Who was kicked may be back by now: what was perhaps heard is not said again.
            $heard = $answer === null ? $this->connection->sent : in_array($answer['status'], self::FROM_BETWEEN, true);
            if ($heard && !$repeats) throw new EmitDropped('deadline', "nobody knows: $last", '', '', '', $answer['status'] ?? 0);
            $wait = ($answer['retryAfter'] ?? 0) + $pause * (0.5 + mt_rand() / mt_getrandmax() / 2);
            if (microtime(true) + $wait >= $end) throw new EmitDropped('deadline', "no answer within $this->timeout s; the last attempt: $last");
            usleep((int) ($wait * 1e6));
        }
    }

    private static function data(array $answer): array
    {
        $said = json_decode($answer['body'], true);
        $status = $answer['status'];
        if ($status === 200 && is_array($said['data'] ?? null)) return $said['data'];
        if ($status === 200) throw new EmitDropped('answer_invalid', 'the answer is not one of roomd', '', '', '', 200);
        $error = is_array($said['error'] ?? null) ? $said['error'] : [];
        throw new EmitRefused((string) ($error['code'] ?? "http_$status"), (string) ($error['message'] ?? "HTTP $status"), '', '',
            (string) ($error['pointer'] ?? ''), $status);
    }
    private function moved(string $verb, array $body): array
    {
        $said = $this->ask('POST', "rooms/$verb", $body, true);
        return ['clients' => (int) $said['clients'], 'moved' => (int) $said['moved'], 'full' => (int) ($said['full'] ?? 0)];
    }
    private static function whom(?string $user, ?string $client, ?string $room, ?string $namespace): array
    {
        return array_filter(compact('user', 'client', 'room', 'namespace'), static fn (?string $one): bool => $one !== null);
    }
    private static function query(array $values): string
    {
        $query = http_build_query(array_filter($values, static fn (mixed $one): bool => $one !== null));
        return $query === '' ? '' : "?$query";
    }
}

// For tests: keeps what is done, and answers questions from what a test says.
final class FakeClients extends Clients
{
    // Each as ['call' => 'join', 'user' or 'client' or 'room', 'rooms', ...].
    public array $done = [];
    public array $rooms = []; // their members by user; who is in one is online
    public array $users = []; // that are online besides

    public function __construct()
    {
    }
    protected function ask(string $method, string $path, ?array $body, bool $repeats): array
    {
        if ($path === 'presence/online') return ['online' => array_values(array_filter($body['users'], $this->is(...)))];
        if ($method === 'POST') {
            $rooms = $body['to'] ?? $body['from'] ?? null;
            unset($body['to'], $body['from']);
            $this->done[] = ['call' => basename($path)] + $body + ($rooms === null ? [] : ['rooms' => $rooms]);
            $clients = isset($body['room']) ? count($this->rooms[$body['room']] ?? []) : 1;
            return ['clients' => $clients, 'moved' => $clients, 'full' => 0];
        }
        [, $what, $name] = explode('/', explode('?', $path)[0], 3);
        $name = rawurldecode($name);
        if ($what === 'rooms') {
            $members = array_map(static fn (string $user): array => ['id' => "fake-$user", 'user' => $user], $this->rooms[$name] ?? []);
            return ['count' => count($members), 'members' => $members];
        }
        $there = array_keys(array_filter($this->rooms, static fn (array $members): bool => in_array($name, $members, true)));
        $clients = $this->is($name) ? [['id' => 'fake0', 'namespace' => '/', 'transport' => 'websocket', 'rooms' => $there]] : [];
        return ['online' => $clients !== [], 'count' => count($clients), 'clients' => $clients];
    }
    private function is(string $user): bool
    {
        return in_array($user, $this->users, true) || in_array($user, array_merge([], ...array_values($this->rooms)), true);
    }
}
