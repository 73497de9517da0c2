using System.Text.Json;
using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>What tests of secrets do again and again.</summary>
internal static class SecretSteps
{
    public const string Global = "/global-secrets";
    public const string OfSite = "/sites/shop/secrets";
    public const string OfApp = "/sites/shop/apps/worker/secrets";
    public const string OfProduction = "/sites/shop/environments/production/secrets";
    public const string OfStaging = "/sites/shop/environments/staging/secrets";
    public const string OfAppInProduction = "/sites/shop/apps/worker/environments/production/secrets";

    /// <summary>Makes an account with the sites shop (production, staging; apps worker and web) and blog (production).</summary>
    public static async Task<Account> NewShopAsync(this SecretsServer server)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production", "staging");
        return await (await account.HasAppsAsync("shop", "worker", "web")).HasSiteAsync("blog", "production");
    }

    /// <summary>Writes the id of shop's production environment into a path that goes by it.</summary>
    public static async Task<string> PathAsync(this Account account, string path) =>
        path.Replace("{environment}", (await account.Client.GetAsync("/sites/shop/environments/production")).ShouldBe(200).Id, StringComparison.Ordinal);

    /// <summary>The keys of a list, in its order.</summary>
    public static IReadOnlyList<string> Keys(this ApiAnswer answer) =>
        [.. answer.ShouldBe(200).Data.EnumerateArray().Select(s => s.GetProperty("key").GetString()!)];

    /// <summary>Each secret of a list with where it applies, in its order, such as <c>A site:shop/type:production</c>.</summary>
    public static IReadOnlyList<string> Places(this ApiAnswer answer) =>
        [.. answer.Data.EnumerateArray().Select(s => $"{s.GetProperty("key").GetString()} {PlaceOf(s.GetProperty("scope"))}")];

    /// <summary>Where a secret applies, such as <c>app:shop.worker/environment:production</c>.</summary>
    public static string PlaceOf(JsonElement scope) =>
        scope.GetProperty("owner").GetString() switch
        {
            "app" => $"app:{scope.Text("site")}.{scope.Text("app")}",
            "site" => $"site:{scope.Text("site")}",
            var owner => owner,
        }
        + scope.GetProperty("selector").GetString() switch
        {
            "type" => $"/type:{scope.Text("environment_type")}",
            "environment" => $"/environment:{scope.Text("environment")}",
            _ => "",
        };

    /// <summary>The value that an answer shows; null where it shows none.</summary>
    public static string? ValueOf(this JsonElement secret) => secret.TryGetProperty("value", out var value) ? value.GetString() : null;

    /// <summary>The number of the current version.</summary>
    public static int Version(this ApiAnswer answer) => answer.ShouldBe(200).Data.GetProperty("version").GetInt32();

    /// <summary>What an answer warns of.</summary>
    public static IReadOnlyList<string> Warnings(this ApiAnswer answer) => answer.Data.Texts("warnings");

    /// <summary>Opens a value.</summary>
    public static async Task<string> RevealAsync(this Account account, string id, int? version = null) =>
        (await account.Client.PostAsync($"/secrets/{id}/reveal", version is null ? "{}" : new { version })).ShouldBe(200).Data.Text("value");

    /// <summary>The versions of a secret, newest first, such as <c>2 update KEY</c>.</summary>
    public static async Task<IReadOnlyList<string>> VersionsAsync(this Account account, string id) =>
        [.. (await account.Client.GetAsync($"/secrets/{id}/versions?per_page=100")).ShouldBe(200).Data.EnumerateArray()
            .Select(v => $"{v.GetProperty("version").GetInt32()} {v.Text("origin")} {v.Text("key")}")];

    /// <summary>Deletes, with headers.</summary>
    public static Task<ApiAnswer> DeleteAsync(this ApiClient client, string path, params (string Name, string Value)[] headers) =>
        client.SendAsync(HttpMethod.Delete, path, content: null, headers);

    /// <summary>Sees to it that a site or an app needs keys.</summary>
    public static async Task RequiresAsync(this Account account, string owner, params object[] required) =>
        (await account.Client.PutAsync($"{owner}/required-secrets", required)).ShouldBe(200);
}
