using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SecretsService.Testing;

/// <summary>A line of the log.</summary>
/// <param name="Text">Its level, category, text, exception, and the values of its holes.</param>
/// <param name="Scopes">What the scopes around it say, the framework's among them, which hold the path.</param>
public sealed record LogLine(string Text, string Scopes);

/// <summary>Keeps lines that are logged.</summary>
public sealed class CapturedLog : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();
    private long _count;

    /// <summary>Which lines are kept; by itself, each.</summary>
    public Func<LogLine, bool> Keeps { get; set; } = _ => true;

    /// <summary>How many lines there were, kept or not.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The lines so far.</summary>
    public IReadOnlyCollection<LogLine> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Nothing to release: what was captured is looked at after the server has gone.
    }

    private sealed class Logger(CapturedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull =>
            log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var holes = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "";
            var scopes = new List<string>();
            log._scopes.ForEachScope((scope, all) => all.Add(scope is IEnumerable<KeyValuePair<string, object?>> s ? string.Join(' ', s) : $"{scope}"), scopes);
            var line = new LogLine($"{logLevel} {category}: {formatter(state, exception)} {exception} {holes}", string.Join(' ', scopes));
            Interlocked.Increment(ref log._count);
            if (log.Keeps(line))
            {
                log._lines.Enqueue(line);
            }
        }
    }
}
