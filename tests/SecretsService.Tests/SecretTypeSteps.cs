using SecretsService.Testing;

namespace SecretsService.Tests;

/// <summary>What tests of secret types do again and again, all of it through the API.</summary>
internal static class SecretTypeSteps
{
    /// <summary>Asks for a type.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="key">The type's key.</param>
    /// <param name="schema">The schema, as JSON.</param>
    /// <param name="injection">How its secrets are injected.</param>
    public static Task<ApiAnswer> DefineAsync(this Account account, string key, string schema, string injection = "json") =>
        account.Client.PostAsync("/secret-types", $$"""{"name": "A type", "key": "{{key}}", "injection": "{{injection}}", "schema": {{schema}} }""");

    /// <summary>Sees to it that the account has a type whose object takes these fields, texts all of them.</summary>
    public static async Task<Account> HasTypeAsync(this Account account, string key, string injection, params string[] fields)
    {
        var properties = string.Join(", ", fields.Select(field => $$"""   "{{field}}": {"type": "string"}   """));
        (await account.DefineAsync(key, $$"""{"type": "object", "properties": { {{properties}} } }""", injection)).ShouldBe(201);
        return account;
    }

    /// <summary>Asks for a typed global secret.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="key">The secret's key.</param>
    /// <param name="type">The type's key.</param>
    /// <param name="value">The value, as JSON.</param>
    public static Task<ApiAnswer> WriteTypedAsync(this Account account, string key, string type, string value) =>
        account.WriteTypedAsync("/global-secrets", key, type, value);

    /// <inheritdoc cref="WriteTypedAsync(Account, string, string, string)"/>
    public static Task<ApiAnswer> WriteTypedAsync(this Account account, string collection, string key, string type, string value) =>
        account.Client.PostAsync(collection, $$"""{"key": "{{key}}", "secret_type": "{{type}}", "value": {{value}} }""");

    /// <summary>The keys that a list shows.</summary>
    public static async Task<IReadOnlyList<string>> KeysAsync(this Account account, string list) =>
        [.. (await account.Client.GetAsync(list)).ShouldBe(200).Data.EnumerateArray().Select(item => item.Text("key"))];
}
