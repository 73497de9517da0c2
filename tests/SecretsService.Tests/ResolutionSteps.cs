using System.Text.Json;
using SecretsService.Testing;
using Shouldly;

namespace SecretsService.Tests;

/// <summary>What tests of resolution do again and again.</summary>
internal static class ResolutionSteps
{
    public const string Production = "/sites/shop/environments/production";

    /// <summary>The eight places that the app <c>worker</c> gets values from in production, lowest first: a collection, and a type within it.</summary>
    public static readonly IReadOnlyList<(string Collection, string? Type)> Rungs =
    [
        ("/global-secrets", null),
        ("/global-secrets", "production"),
        ("/sites/shop/secrets", null),
        ("/sites/shop/secrets", "production"),
        ("/sites/shop/apps/worker/secrets", null),
        ("/sites/shop/apps/worker/secrets", "production"),
        (Production + "/secrets", null),
        ("/sites/shop/apps/worker/environments/production/secrets", null),
    ];

    /// <summary>Makes an account with the environment of <see cref="Production"/> and global secrets, the value of each being <c>value</c>.</summary>
    public static async Task<Account> NewShopWithAsync(this SecretsServer server, params string[] keys)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        foreach (var key in keys)
        {
            await account.HasSecretAsync(key, "value");
        }

        return account;
    }

    /// <summary>Sees to it that a collection has a secret.</summary>
    /// <returns>The secret's id.</returns>
    public static async Task<string> HasAsync(this Account account, string collection, object secret) =>
        (await account.Client.PostAsync(collection, secret)).ShouldBe(201).Id;

    /// <summary>Sees to it that one of <see cref="Rungs"/> has the secret <c>KEY</c>.</summary>
    /// <returns>The secret's id.</returns>
    public static Task<string> HasAtRungAsync(this Account account, int rung, string value)
    {
        var (collection, type) = Rungs[rung];
        return type is null
            ? account.HasAsync(collection, new { key = "KEY", value })
            : account.HasAsync(collection, new { key = "KEY", value, environment_type = type });
    }

    /// <summary>The merged map of a target, by the path before <c>/injection</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> MapOfAsync(this Account account, string target, string query = "") =>
        Account.VariablesOf((await account.Client.GetAsync($"{target}/injection{query}")).ShouldBe(200));

    /// <summary>What the merged map's meta says.</summary>
    public static async Task<JsonElement> MetaOfAsync(this Account account, string target, string query = "") =>
        (await account.Client.GetAsync($"{target}/injection{query}")).ShouldBe(200).Json.GetProperty("meta");

    /// <summary>The explanation of one key.</summary>
    public static async Task<JsonElement> ExplainAsync(this Account account, string target, string key, string query = "") =>
        (await account.Client.GetAsync($"{target}/resolved/{key}{query}")).ShouldBe(200).Data;

    /// <summary>The texts of an array.</summary>
    public static IReadOnlyList<string> Texts(this JsonElement owner, string member) =>
        [.. owner.GetProperty(member).EnumerateArray().Select(t => t.GetString()!)];

    /// <summary>A member that is a text.</summary>
    public static string Text(this JsonElement owner, string member) => owner.GetProperty(member).GetString()!;

    /// <summary>Changes a secret as no route does.</summary>
    public static Task<int> ChangeAsync(this SecretsServer server, Account account, string id, string change) => server.ExecuteSqlAsync(
        $"UPDATE secrets SET {change} WHERE account_id = $1 AND id = $2", account.Id, Guid.Parse(id));

    /// <summary>Sees to it that the account has a type, <c>mail</c>, whose fields are injected one by one.</summary>
    public static Task<int> HasTypeAsync(this Account account, SecretsServer server) => server.ExecuteSqlAsync(
        "INSERT INTO secret_types (account_id, key, name, schema, injects_fields, created_at, updated_at) VALUES ($1, 'mail', 'Mail', '{}', true, now(), now())",
        account.Id);

    /// <summary>Sees to it that a collection has a secret of that type.</summary>
    /// <returns>The secret's id.</returns>
    public static async Task<string> HasTypedAsync(
        this Account account, SecretsServer server, string collection, string key, string json, params string[] variables)
    {
        var id = await account.HasAsync(collection, new { key, value = json });
        (await server.ExecuteSqlAsync(
            "UPDATE secrets SET secret_type = 'mail', variables = $3 WHERE account_id = $1 AND id = $2", account.Id, Guid.Parse(id), variables)).ShouldBe(1);
        return id;
    }
}
