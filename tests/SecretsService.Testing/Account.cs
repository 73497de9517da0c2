using System.Text.Json;

namespace SecretsService.Testing;

/// <summary>An account with the client that holds its key, and what tests want it to have.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Token">The token of its key.</param>
/// <param name="Client">A client that sends the key.</param>
public sealed record Account(Guid Id, string Token, ApiClient Client)
{
    /// <summary>Sees to it that the account has a site with environments.</summary>
    public async Task<Account> HasSiteAsync(string site, params string[] environments)
    {
        (await Client.PostAsync("/sites", new { name = site, slug = site })).ShouldBe(201);
        foreach (var environment in environments)
        {
            (await Client.PostAsync($"/sites/{site}/environments", new { name = environment, slug = environment })).ShouldBe(201);
        }

        return this;
    }

    /// <summary>Sees to it that a site of the account has apps.</summary>
    public async Task<Account> HasAppsAsync(string site, params string[] apps)
    {
        foreach (var app in apps)
        {
            (await Client.PostAsync($"/sites/{site}/apps", new { name = app, slug = app })).ShouldBe(201);
        }

        return this;
    }

    /// <summary>Sees to it that the account has a global secret.</summary>
    /// <returns>The secret's id.</returns>
    public async Task<string> HasSecretAsync(string key, string value) =>
        (await Client.PostAsync("/global-secrets", new { key, value })).ShouldBe(201).Id;

    /// <summary>Sees to it that an environment has a secret of its own.</summary>
    /// <returns>The secret's id.</returns>
    public async Task<string> HasSecretAsync(string site, string environment, string key, string value) =>
        (await Client.PostAsync($"/sites/{site}/environments/{environment}/secrets", new { key, value })).ShouldBe(201).Id;

    /// <summary>The merged map that a deployment of an environment gets.</summary>
    public async Task<IReadOnlyDictionary<string, string>> InjectAsync(string site, string environment) =>
        VariablesOf((await Client.GetAsync($"/sites/{site}/environments/{environment}/injection")).ShouldBe(200));

    /// <summary>The merged map in an answer.</summary>
    public static IReadOnlyDictionary<string, string> VariablesOf(ApiAnswer answer) =>
        answer.Data.Deserialize<Dictionary<string, string>>()!;
}
