using SecretsService.Testing;
using Shouldly;

namespace SecretsService.Tests;

/// <summary>What tests of deployments do again and again.</summary>
internal static class DeploymentSteps
{
    public const string Production = "/sites/shop/environments/production";
    public const string Staging = "/sites/shop/environments/staging";

    /// <summary>Makes a deployment.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> HasDeploymentAsync(this Account account, string environment = Production, object? request = null) =>
        (await account.Client.PostAsync($"{environment}/deployments", request ?? "{}")).ShouldBe(202).Id;

    /// <summary>Makes a deployment and reports it as deployed.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> HasDeployedAsync(this Account account, string environment = Production, object? request = null)
    {
        var id = await account.HasDeploymentAsync(environment, request);
        (await account.ReportAsync(id, "deploying")).ShouldBe(200);
        (await account.ReportAsync(id, "deployed")).ShouldBe(200);
        return id;
    }

    /// <summary>Reports how far a deployment has come.</summary>
    public static Task<ApiAnswer> ReportAsync(this Account account, string id, string status) =>
        account.Client.PatchAsync($"/deployments/{id}", new { status });

    /// <summary>What the next deployment would change, sorted, such as <c>+ADDED ~CHANGED -REMOVED</c>.</summary>
    public static async Task<string> PendingAsync(this Account account, string environment = Production, string query = "")
    {
        var changes = (await account.Client.GetAsync($"{environment}/pending-changes{query}")).ShouldBe(200).Data;
        var all = string.Join(' ',
        [
            .. changes.Texts("added").Select(name => $"+{name}"),
            .. changes.Texts("changed_keys").Select(name => $"~{name}"),
            .. changes.Texts("removed").Select(name => $"-{name}"),
        ]);
        changes.GetProperty("changed").GetBoolean().ShouldBe(all.Length > 0);
        return all;
    }

    /// <summary>Copies a deployment with its variables behind the API, each copy with the next number and a second older.</summary>
    public static async Task MultiplyDeploymentAsync(this SecretsServer server, string id, int copies)
    {
        await server.ExecuteSqlAsync(
            """
            INSERT INTO deployments
            SELECT (jsonb_populate_record(d, jsonb_build_object(
                'id', gen_random_uuid(), 'number', last.number + n, 'finished_at', d.finished_at - n * interval '1 second'))).*
            FROM deployments d, generate_series(1, $2) n,
                 LATERAL (SELECT max(o.number) AS number FROM deployments o WHERE o.account_id = d.account_id AND o.environment_id = d.environment_id) last
            WHERE d.id = $1
            """,
            Guid.Parse(id), copies);
        await server.ExecuteSqlAsync(
            """
            INSERT INTO deployment_variables
            SELECT (jsonb_populate_record(v, jsonb_build_object('deployment_id', copy.id))).*
            FROM deployment_variables v
            JOIN deployments d ON d.account_id = v.account_id AND d.id = v.deployment_id
            JOIN deployments copy ON copy.account_id = d.account_id AND copy.environment_id = d.environment_id AND copy.map_tag = d.map_tag AND copy.id <> d.id
            WHERE d.id = $1
            """,
            Guid.Parse(id));
    }
}
