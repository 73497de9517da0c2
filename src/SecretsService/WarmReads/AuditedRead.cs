namespace SecretsService.WarmReads;

/// <summary>One request that waits to hear whether it may give an answer that was kept.</summary>
internal sealed class AuditedRead(WarmAnswer answer, string? ip, bool handsOut)
{
    // Not one after the other on the thread that learned of it, which has the next group to send.
    private readonly TaskCompletionSource<bool> _isFresh = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WarmAnswer Answer => answer;

    /// <summary>The address that the request came from.</summary>
    public string? Ip => ip;

    /// <summary>False where the caller holds the answer already: nothing is handed out, and there is nothing to record.</summary>
    public bool HandsOut => handsOut;

    /// <summary>True once the answer is known to be what a read would give now, and the record of giving it is stored.</summary>
    public Task<bool> IsFresh => _isFresh.Task;

    public void Complete(bool isFresh) => _isFresh.SetResult(isFresh);
}
