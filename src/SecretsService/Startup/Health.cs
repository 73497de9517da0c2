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
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
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

/// <summary>The database answers, and has every migration that this release knows.</summary>
internal sealed class DatabaseHealth(SecretsDbContext db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any()
            ? HealthCheckResult.Unhealthy("The database lacks migrations: run the service with --migrate.")
            : HealthCheckResult.Healthy();
}

/// <summary>The key ring has every key that the database was sealed with.</summary>
internal sealed class KeyRingHealth(SecretsDbContext db, ServiceKeyRing ring) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var needed = await db.AccountKeys.Select(k => k.KeyEncryptionKeyId).Distinct().ToListAsync(cancellationToken);
        return needed.TrueForAll(ring.Current.Contains)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The key ring lacks a key that the database was sealed with.");
    }
}
