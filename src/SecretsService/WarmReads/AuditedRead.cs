using System.Threading.Tasks.Sources;

namespace SecretsService.WarmReads;

/// <summary>One request that waits to hear whether it may give an answer that was kept.</summary>
internal sealed class AuditedRead(WarmAnswer answer, string? ip, bool handsOut) : IValueTaskSource<bool>
{
    // The only object that a wait costs. Not readonly: it is a struct that changes.
    private ManualResetValueTaskSourceCore<bool> _isFresh = new() { RunContinuationsAsynchronously = false };

    public WarmAnswer Answer => answer;

    /// <summary>The address that the request came from.</summary>
    public string? Ip => ip;

    /// <summary>False where the caller holds the answer already: nothing is handed out, and there is nothing to record.</summary>
    public bool HandsOut => handsOut;

    /// <summary>True once the answer is known to be what a read would give now, and the record of giving it is stored. To be awaited once.</summary>
    public ValueTask<bool> IsFresh => new(this, _isFresh.Version);

    /// <summary>Says what came of it. The request goes on within this call.</summary>
    public void Complete(bool isFresh) => _isFresh.SetResult(isFresh);

    bool IValueTaskSource<bool>.GetResult(short token) => _isFresh.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _isFresh.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _isFresh.OnCompleted(continuation, state, token, flags);
}
