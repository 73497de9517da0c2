using System.Text.Json;
using Npgsql;
using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>What PostgreSQL says of how it would run a statement.</summary>
internal static class QueryPlan
{
    /// <summary>What stands before a statement to ask for its plan.</summary>
    public const string Explain = "EXPLAIN (FORMAT JSON) ";

    /// <summary>The plan for a query with the values that it was sent with.</summary>
    public static async Task<JsonElement> ExplainAsync(this SecretsServer server, CapturedQuery query)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = query.On(connection, Explain);
        return PlanOf((string)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>The plan in the answer to <see cref="Explain"/>.</summary>
    public static JsonElement PlanOf(string explained) => SchemaTexts.Json(explained)[0].GetProperty("Plan");

    /// <summary>Every step of a plan.</summary>
    public static IEnumerable<JsonElement> Nodes(JsonElement plan) =>
        plan.TryGetProperty("Plans", out var parts) ? parts.EnumerateArray().SelectMany(Nodes).Prepend(plan) : [plan];

    /// <summary>The index that a step uses; null where it uses none.</summary>
    public static string? IndexOf(JsonElement node) => node.TryGetProperty("Index Name", out var name) ? name.GetString() : null;

    /// <summary>The tables that a plan reads from end to end.</summary>
    public static IReadOnlyList<string> ScannedBy(JsonElement plan) =>
        [.. Nodes(plan).Where(node => node.Text("Node Type") == "Seq Scan").Select(node => node.Text("Relation Name"))];
}
