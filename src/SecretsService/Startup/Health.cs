using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecretsService.Keys;
using SecretsService.Storage;

namespace SecretsService.Startup;

/// <summary>The routes for whatever watches the service: it lives, and it can do its work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var get = new HttpMethodMetadata([HttpMethods.Get]);
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).WithMetadata(get);
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).WithMetadata(get);
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Json(report).ToJsonString(), context.RequestAborted);
    }

    // Which check failed, not why: these routes need no key.
    private static JsonObject Json(HealthReport report) => new()
    {
        ["status"] = Word(report.Status),
        ["checks"] = new JsonObject(report.Entries.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, Word(e.Value.Status)))),
    };

    private static string Word(HealthStatus status) => status == HealthStatus.Healthy ? "ok" : "failed";
}

/// <summary>The database answers, and has the migrations of this release and no others.</summary>
internal sealed class DatabaseHealth(SecretsDbContext db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).SequenceEqual(db.Database.GetMigrations(), StringComparer.Ordinal)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database's schema is not the one of this release.");
}

/// <summary>The key ring has every key that the database was sealed with.</summary>
internal sealed class KeyRingHealth(SecretsDbContext db, AccountScope scope, ServiceKeyRing ring) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        scope.EnterAll();
        var needed = await KeyRingLoader.InUse(db).ToListAsync(cancellationToken);
        return needed.TrueForAll(ring.Current.Contains)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The key ring lacks a key that the database was sealed with.");
    }
}
