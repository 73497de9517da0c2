using SecretsService.Testing;

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
}
