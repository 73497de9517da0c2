namespace SecretsService.Testing;

/// <summary>A clock that stands still until a test moves it. Timers on it go off when it is moved past their time.</summary>
public sealed class ManualClock : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly TaskCompletionSource _firstTimer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        _firstTimer.TrySetResult();
        return timer;
    }

    /// <summary>Waits until something has a timer on this clock: moving it before would pass unnoticed.</summary>
    public Task HasTimerAsync() => _firstTimer.Task.WaitAsync(Patience);

    /// <summary>Moves the clock. A timer that is due goes off once, however long the way was.</summary>
    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += by;
            due = _timers.FindAll(timer => timer.PassesAt(_now));
        }

        due.ForEach(timer => timer.GoOff());
    }

    private sealed class ManualTimer(ManualClock clock, Action callback) : ITimer
    {
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                _period = period;
                return true;
            }
        }

        /// <summary>True where it is due; it then waits for its next time.</summary>
        public bool PassesAt(DateTimeOffset now)
        {
            var isDue = _due <= now;
            _due = !isDue ? _due : _period == Timeout.InfiniteTimeSpan ? null : now + _period;
            return isDue;
        }

        public void GoOff() => callback();

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
