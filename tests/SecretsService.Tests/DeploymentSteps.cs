using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Access;
using SecretsService.Deployments;
using SecretsService.Storage;
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
        await account.BringAsync(id, "deploying", "deployed");
        return id;
    }

    /// <summary>Makes a deployment and brings it to a state.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> HasDeploymentThatIsAsync(this Account account, string status, string environment = Production)
    {
        var id = await account.HasDeploymentAsync(environment);
        await account.BringAsync(id, status switch { "pending" => [], "deployed" => ["deploying", "deployed"], _ => [status] });
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
            UPDATE environments e
            SET last_deployment_number = (SELECT max(d.number) FROM deployments d WHERE d.account_id = e.account_id AND d.environment_id = e.id)
            WHERE (e.account_id, e.id) = (SELECT d.account_id, d.environment_id FROM deployments d WHERE d.id = $1)
            """,
            Guid.Parse(id));
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

    /// <summary>Reports one step after the other.</summary>
    public static async Task BringAsync(this Account account, string id, params string[] statuses)
    {
        foreach (var status in statuses)
        {
            (await account.ReportAsync(id, status)).ShouldBe(200);
        }
    }

    /// <summary>Goes back to an earlier deployment.</summary>
    public static Task<ApiAnswer> RollBackAsync(this Account account, object? request = null, string environment = Production) =>
        account.Client.PostAsync($"{environment}/rollback", request ?? "{}");

    /// <summary>Shows a deployment.</summary>
    public static async Task<ApiAnswer> ShowAsync(this Account account, string id) => (await account.Client.GetAsync($"/deployments/{id}")).ShouldBe(200);

    /// <summary>What stood against a deployment that was refused, in its order.</summary>
    public static IReadOnlyList<string> Refusals(this ApiAnswer answer) =>
        answer.ShouldBeError(422, "validation_failed").Json.GetProperty("errors").Texts("secrets");

    /// <summary>How many rows an account has in every table of deployments and in the audit trail.</summary>
    public static async Task<string> RowsAsync(this SecretsServer server, Account account) => await server.QuerySqlAsync<string>(
        """
        SELECT concat_ws(' ', (SELECT count(*) FROM deployments WHERE account_id = $1), (SELECT count(*) FROM deployment_variables WHERE account_id = $1),
                         (SELECT count(*) FROM deployment_tokens WHERE account_id = $1), (SELECT count(*) FROM events WHERE account_id = $1 AND event LIKE 'deployment.%'))
        """,
        account.Id);

    /// <summary>The events of a deployment, oldest first, such as <c>deployment.created {...}</c>.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(this SecretsServer server, Account account, string deployment) =>
        (await server.QuerySqlAsync<string>(
            "SELECT coalesce(string_agg(event || ' ' || context, E'\\n' ORDER BY occurred_at, id), '') FROM events WHERE account_id = $1 AND resource_id = $2",
            account.Id, Guid.Parse(deployment))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The frozen map of a deployment as whoever reads it gets it.</summary>
    /// <exception cref="Cryptography.SealedValueException">It is not what was frozen.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ThawAsync(this SecretsServer server, Account account, string deployment)
    {
        await using var scope = server.NewScope();
        var id = Guid.Parse(deployment);
        var row = await scope.ServiceProvider.GetRequiredService<SecretsDbContext>().Deployments
            .SingleAsync(d => d.AccountId == account.Id && d.Id == id);
        var thawed = await scope.ServiceProvider.GetRequiredService<FrozenMap>()
            .ThawAsync(new Caller(account.Id, "", Guid.Empty, ""), row, CancellationToken.None);
        thawed.Succeeded(out var variables, out var failure).ShouldBeTrue(failure?.Message);
        using (variables)
        {
            return variables.All.ToDictionary(v => v.Name, v => System.Text.Encoding.UTF8.GetString(v.Value.Span), StringComparer.Ordinal);
        }
    }

    /// <summary>Lets the values of a name no more be opened.</summary>
    public static async Task DamageAsync(this SecretsServer server, Account account, string name) =>
        (await server.ExecuteSqlAsync(
            "UPDATE secret_versions SET sealed_value = set_byte(sealed_value, 13, get_byte(sealed_value, 13) # 1) WHERE account_id = $1 AND name = $2",
            account.Id, name)).ShouldBePositive();

    /// <summary>Lets a secret be one that has expired a minute ago.</summary>
    public static Task<int> ExpireAsync(this SecretsServer server, Account account, string id) =>
        server.ChangeAsync(account, id, "expires_at = now() - interval '1 minute'");
}
