using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace SecretsService.Testing;

/// <summary>A query as it was sent, with the values of its parameters.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="Parameters">Its parameters, this object's own.</param>
public sealed record CapturedQuery(string Sql, IReadOnlyList<NpgsqlParameter> Parameters)
{
    /// <summary>The same query on a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="prefix">What is to stand before it, such as EXPLAIN.</param>
    public NpgsqlCommand On(NpgsqlConnection connection, string prefix = "")
    {
        var command = new NpgsqlCommand(prefix + Sql, connection);
        foreach (var parameter in Parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        return command;
    }
}

/// <summary>
/// Takes down each query that EF Core sends to one database. Make it before the server starts: a pooled context that found nobody listening does not
/// ask again for a second.
/// </summary>
public sealed class CapturedQueries : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<CapturedQuery> _queries = [];
    private readonly List<IDisposable> _subscriptions = [];
    private string? _database;

    public CapturedQueries() => Subscribe(DiagnosticListener.AllListeners.Subscribe(this));

    /// <summary>Takes down the queries of a server from now on.</summary>
    public void Follow(SecretsServer server) => _database = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database;

    /// <summary>The queries that something sends.</summary>
    public async Task<IReadOnlyList<CapturedQuery>> OfAsync(Func<Task> work)
    {
        lock (_lock)
        {
            _queries.Clear();
        }

        await work();
        lock (_lock)
        {
            return [.. _queries];
        }
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
        {
            Subscribe(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == RelationalEventId.CommandExecuting.Name
            && value.Value is CommandEventData { Command: NpgsqlCommand command }
            && _database is not null
            && command.Connection?.Database == _database)
        {
            lock (_lock)
            {
                _queries.Add(new CapturedQuery(command.CommandText, [.. command.Parameters.Select(p => p.Clone())]));
            }
        }
    }

    public void OnCompleted()
    {
        // A listener that ends has sent everything.
    }

    public void OnError(Exception error) => throw new InvalidOperationException("EF Core's diagnostics failed.", error);

    public void Dispose()
    {
        lock (_lock)
        {
            _subscriptions.ForEach(subscription => subscription.Dispose());
        }
    }

    private void Subscribe(IDisposable subscription)
    {
        lock (_lock)
        {
            _subscriptions.Add(subscription);
        }
    }
}
