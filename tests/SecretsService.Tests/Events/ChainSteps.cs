using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Events;
using SecretsService.Storage;
using SecretsService.Storage.Rows;
using SecretsService.Testing;
using Shouldly;

namespace SecretsService.Tests.Events;

/// <summary>What tests of the audit trail do: write one, tamper with it, look at it.</summary>
internal static class ChainSteps
{
    /// <summary>An account whose trail has six records, each its own row.</summary>
    public static async Task<Account> WithSixRecordsAsync(this SecretsServer server)
    {
        var account = await server.NewAccountAsync();
        await server.RecordAsync(account, "one", "two", "three", "four", "five", "six");
        await server.SealAsync();
        return account;
    }

    /// <summary>Writes a record for each name, each in a transaction of its own.</summary>
    public static async Task RecordAsync(this SecretsServer server, Account account, params string[] names)
    {
        foreach (var name in names)
        {
            await server.RecordTogetherAsync(account, name);
        }
    }

    /// <summary>Writes a record for each name in one transaction.</summary>
    public static async Task RecordTogetherAsync(this SecretsServer server, Account account, params string[] names)
    {
        await using var scope = server.NewScope();
        var trail = scope.ServiceProvider.GetRequiredService<EventTrail>();
        var db = scope.ServiceProvider.GetRequiredService<SecretsDbContext>();
        await using var transaction = await db.BeginWithinAsync(account.Id, CancellationToken.None);
        foreach (var name in names)
        {
            await trail.AppendAsync(
                Caller.System(account.Id, "test"), EventNames.SecretUpdated, EventSubject.OfAccount("secret", Guid.CreateVersion7()),
                new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = name }, CancellationToken.None);
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Runs statements in the database, in which <c>@account</c> stands for the account's id.</summary>
    public static async Task TamperAsync(this SecretsServer server, Account account, string sql) =>
        (await server.ExecuteSqlAsync(sql.Replace("@account", $"'{account.Id}'", StringComparison.Ordinal))).ShouldNotBe(0, sql);

    /// <summary>What a verification says is wrong, as "kind seq"; "ok" where nothing is.</summary>
    public static async Task<string> VerifyAsync(this Account account)
    {
        var found = (await account.Client.GetAsync("/events/verify")).ShouldBe(200).Data;
        return found.GetProperty("ok").GetBoolean() ? "ok"
            : found.GetProperty("problem") is var problem && problem.TryGetProperty("seq", out var seq)
                ? $"{problem.GetProperty("kind").GetString()} {seq}"
                : problem.GetProperty("kind").GetString()!;
    }

    /// <summary>The rows of an account's trail in order.</summary>
    public static async Task<List<EventRow>> RowsOfAsync(this SecretsServer server, Account account)
    {
        await using var scope = server.NewScope();
        return await scope.ServiceProvider.GetRequiredService<SecretsDbContext>().Events.AsNoTracking()
            .Where(e => e.AccountId == account.Id).OrderBy(e => e.Seq).ToListAsync();
    }

    /// <summary>The texts that the records of an account's trail have in their context, in order.</summary>
    public static async Task<string[]> KeysInOrderAsync(this SecretsServer server, Account account)
    {
        await server.SealAsync();
        return [.. (await server.RowsOfAsync(account)).Select(row => JsonDocument.Parse(row.Context).RootElement.GetProperty("key").GetString()!)];
    }

    /// <summary>Changes the hashes of an account's rows from a place on to those that follow, and the head's, as somebody without the key can.</summary>
    public static async Task RecomputeAsync(this SecretsServer server, Account account, long from)
    {
        var hash = EventChain.Start;
        foreach (var row in await server.RowsOfAsync(account))
        {
            hash = row.Seq < from ? row.Hash : EventChain.HashOf(hash, row);
            await server.TamperAsync(
                account, string.Create(CultureInfo.InvariantCulture, $"UPDATE events SET hash = {Hex(hash)} WHERE account_id = @account AND seq = {row.Seq}"));
        }

        await server.TamperAsync(account, $"UPDATE event_chains SET hash = {Hex(hash)} WHERE account_id = @account");
    }

    /// <summary>Writes an export of an account's trail into a file.</summary>
    /// <returns>Its lines.</returns>
    public static async Task<List<string>> ExportAsync(this SecretsServer server, Account account)
    {
        await server.SealAsync();
        await using var scope = server.NewScope();
        var db = scope.ServiceProvider.GetRequiredService<SecretsDbContext>();
        var head = await db.EventChains.AsNoTracking().SingleAsync(c => c.AccountId == account.Id);
        var start = new ExportStart { AccountId = account.Id, AfterSeq = head.PrunedSeq, AfterHash = Convert.ToHexStringLower(head.PrunedHash) };
        var manifests = await db.EventManifests.AsNoTracking().Where(m => m.AccountId == account.Id).ToListAsync();
        return
        [
            JsonSerializer.Serialize(start, ExportJson.Default.ExportStart),
            .. manifests.Select(m => JsonSerializer.Serialize(
                new ExportedManifest { Manifest = Convert.ToHexStringLower(m.Hash), Entries = m.Entries }, ExportJson.Default.ExportedManifest)),
            .. (await server.RowsOfAsync(account)).Select(row => JsonSerializer.Serialize(ExportedEvent.Of(row), ExportJson.Default.ExportedEvent)),
        ];
    }

    /// <summary>Adds a record that names a manifest, which is stored too.</summary>
    public static async Task RecordWithManifestAsync(this SecretsServer server, Account account, string entries)
    {
        await using var scope = server.NewScope();
        var services = scope.ServiceProvider;
        var db = services.GetRequiredService<SecretsDbContext>();
        var now = services.GetRequiredService<TimeProvider>().Now();
        var key = await services.GetRequiredService<Keys.AccountKeys>().FindFingerprintKeyAsync(db, account.Id, CancellationToken.None);
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(entries));
        var context = new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = "manifest" };
        var plain = EventJournal.Record(Caller.System(account.Id, "test"), EventNames.SecretsInjected, EventSubject.OfAccount("target", id: null), context, now);
        var record = plain with { Manifest = hash, Count = 3 };
        await using var transaction = await db.BeginWithinAsync(account.Id, CancellationToken.None);
        db.EventManifests.Add(new EventManifestRow { AccountId = account.Id, Hash = hash, Entries = entries, CreatedAt = now });
        db.EventJournal.Add(EventJournal.Row(account.Id, record.Id, [record], key));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Holds an account's chain locked until it is disposed of.</summary>
    public static async Task<NpgsqlConnection> LockChainAsync(this SecretsServer server, Account account)
    {
        var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; SELECT 1 FROM event_chains WHERE account_id = '{account.Id}' FOR UPDATE", connection);
        (await command.ExecuteScalarAsync()).ShouldBe(1);
        return connection;
    }

    /// <summary>Holds the chain of an account without records locked, so that those that are written are sealed together.</summary>
    public static async Task<NpgsqlConnection> LockChainOfNewAsync(this SecretsServer server, Account account)
    {
        await server.RecordAsync(account, "first");
        await server.SealAsync();
        return await server.LockChainAsync(account);
    }

    private static string Hex(byte[] bytes) => $"decode('{Convert.ToHexString(bytes)}', 'hex')";
}
