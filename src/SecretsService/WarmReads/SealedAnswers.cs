using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using SecretsService.Cryptography;

namespace SecretsService.WarmReads;

/// <summary>
/// The answers that are kept, each sealed as one under a key of this process. Who finds one must make sure of its revision before giving it
/// (<see cref="AuditedReads"/>): nothing tells this cache that an answer has grown stale.
/// </summary>
internal sealed class SealedAnswers(IOptions<InjectionOptions> options) : IDisposable
{
    // Of an entry without key and body: the objects it is made of, and its places here.
    private const int EntryBytes = 2_048;

    private readonly long _limitBytes = options.Value.CacheMegabytes * 1_048_576L;
    private readonly ProcessKey _key = new();
    private readonly ConcurrentDictionary<WarmKey, Kept> _answers = new();
    private readonly Lock _writing = new();
    private readonly LinkedList<Kept> _turns = new();
    private long _sizeBytes;

    /// <summary>False where the settings keep none.</summary>
    public bool IsOn => _limitBytes > 0;

    /// <summary>How many are kept.</summary>
    public int Count => _answers.Count;

    /// <summary>How many bytes they take, roughly.</summary>
    public long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <summary>Finds an answer. It may be stale.</summary>
    public bool TryFind(in WarmKey key, [NotNullWhen(true)] out WarmAnswer? answer)
    {
        answer = null;
        if (_answers.TryGetValue(key, out var kept))
        {
            kept.IsUsed = true;
            answer = kept.Answer;
        }

        return answer is not null;
    }

    /// <summary>Keeps an answer in place of an earlier one; others go until there is room. One that is larger than all room is not kept.</summary>
    public void Keep(in WarmKey key, WarmAnswer answer)
    {
        var kept = new Kept(key, answer, EntryBytes + key.SizeBytes + answer.SealedBody.Length);
        if (kept.SizeBytes > _limitBytes)
        {
            return;
        }

        lock (_writing)
        {
            if (_answers.TryGetValue(key, out var earlier))
            {
                Drop(earlier);
            }

            while (_sizeBytes + kept.SizeBytes > _limitBytes)
            {
                DropNext();
            }

            _answers[key] = kept;
            _turns.AddLast(kept.Turn);
            _sizeBytes += kept.SizeBytes;
        }
    }

    /// <summary>Seals a body.</summary>
    public byte[] Seal(ReadOnlySpan<byte> body) => _key.Seal(body, Purpose);

    /// <summary>Opens the body of an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="destination">Takes the body; zeroing it is the caller's.</param>
    /// <returns>The number of bytes.</returns>
    public int Open(WarmAnswer answer, Span<byte> destination) => _key.Open(answer.SealedBody, Purpose, destination);

    public void Dispose() => _key.Dispose();

    private static ReadOnlySpan<byte> Purpose => "secrets-service warm answer"u8;

    // One that was found since its last turn gets another (the second-chance algorithm): finding takes no lock that way.
    private void DropNext()
    {
        var next = _turns.First!.Value;
        if (next.IsUsed)
        {
            next.IsUsed = false;
            _turns.Remove(next.Turn);
            _turns.AddLast(next.Turn);
        }
        else
        {
            Drop(next);
        }
    }

    private void Drop(Kept kept)
    {
        _answers.TryRemove(kept.Key, out _);
        _turns.Remove(kept.Turn);
        _sizeBytes -= kept.SizeBytes;
    }

    private sealed class Kept
    {
        private volatile bool _isUsed;

        public Kept(in WarmKey key, WarmAnswer answer, int sizeBytes)
        {
            (Key, Answer, SizeBytes) = (key, answer, sizeBytes);
            Turn = new LinkedListNode<Kept>(this);
        }

        public WarmKey Key { get; }

        public WarmAnswer Answer { get; }

        public int SizeBytes { get; }

        public LinkedListNode<Kept> Turn { get; }

        public bool IsUsed
        {
            get => _isUsed;
            set => _isUsed = value;
        }
    }
}
