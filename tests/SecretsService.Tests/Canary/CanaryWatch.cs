using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using SecretsService.Testing;

namespace SecretsService.Tests.Canary;

/// <summary>
/// Looks for texts that nobody may see, as they are and as a program would write them, in all that a process tells those who watch it: spans of every source and the
/// tags of every metric. Log lines are shown to it.
/// </summary>
public sealed class CanaryWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<string> _forms = [];
    private readonly ConcurrentQueue<string> _leaks = new();
    private readonly ActivityListener _spans;
    private readonly MeterListener _metrics;
    private SearchValues<string> _search = SearchValues.Create([], StringComparison.OrdinalIgnoreCase);
    private int _spansSeen;
    private int _tagsSeen;

    public CanaryWatch()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = source => IsOfService(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Look,
        };
        ActivitySource.AddActivityListener(_spans);
        _metrics = new MeterListener { InstrumentPublished = (instrument, listener) => Listen(instrument, listener) };
        _metrics.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Look(instrument, tags));
        _metrics.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Look(instrument, tags));
        _metrics.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Look(instrument, tags));
        _metrics.Start();
    }

    /// <summary>Where one was seen.</summary>
    public IReadOnlyCollection<string> Leaks => _leaks;

    /// <summary>How many spans were looked at.</summary>
    public int SpansSeen => _spansSeen;

    /// <summary>How many tags of metrics were looked at.</summary>
    public int TagsSeen => _tagsSeen;

    /// <summary>Looks for a text from now on.</summary>
    /// <param name="text">Letters, digits, hyphens and underscores, which JSON, URLs and shells write as they are.</param>
    public void LookFor(string text)
    {
        lock (_lock)
        {
            _forms.AddRange(FormsOf(text));
            _search = SearchValues.Create([.. _forms], StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>True where a text shows what was looked for.</summary>
    public bool IsShownBy(string text) => text.AsSpan().ContainsAny(Volatile.Read(ref _search));

    /// <summary>True where a line of a log does.</summary>
    public bool IsShownBy(LogLine line) => IsShownBy(line.Text) || IsShownBy(line.Scopes);

    public void Dispose()
    {
        _spans.Dispose();
        _metrics.Dispose();
    }

    private static IEnumerable<string> FormsOf(string text)
    {
        yield return text;
        yield return Convert.ToHexString(Encoding.UTF8.GetBytes(text));

        // Base64 of a longer text holds one of these three, by where this one begins in it. The first and last digits depend on what stands beside it.
        foreach (var before in new[] { "", " ", "  " })
        {
            var digits = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + text)).TrimEnd('=');
            yield return digits[(before.Length == 0 ? 0 : before.Length + 1)..^2];
        }
    }

    // The client of the tests is in the same process, and tells where it sends what.
    private static bool IsOfService(string source) => !source.StartsWith("System.Net", StringComparison.Ordinal);

    private static void Listen(Instrument instrument, MeterListener listener)
    {
        if (IsOfService(instrument.Meter.Name))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private void Look(Activity span)
    {
        Interlocked.Increment(ref _spansSeen);
        var told = new StringBuilder().AppendJoin(' ', span.OperationName, span.DisplayName, span.StatusDescription, span.TraceStateString);
        told.AppendJoin(' ', span.TagObjects).AppendJoin(' ', span.Baggage);
        foreach (var happened in span.Events)
        {
            told.Append(happened.Name).AppendJoin(' ', happened.Tags);
        }

        Look($"span of {span.Source.Name}", told.ToString());
    }

    private void Look(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            Interlocked.Increment(ref _tagsSeen);
            Look($"metric {instrument.Name}", $"{tag}");
        }
    }

    private void Look(string where, string told)
    {
        if (IsShownBy(told))
        {
            _leaks.Enqueue($"{where}: {told}");
        }
    }
}
