using SecretsService.Testing;

namespace SecretsService.Bench.Crash;

/// <summary>The load: writers with secrets of their own, and readers of values. Each notes what it was answered, and ends with its connection.</summary>
internal sealed class Clients(Ledger ledger, string deployment, string revealed)
{
    public const string Production = "/sites/shop/environments/production";

    private const int SecretsOfOne = 5;
    private const int StepsToDeletion = 7;

    /// <summary>Runs them until the service is gone.</summary>
    public Task RunAsync(ApiClient client) => Task.WhenAll(
        WriteAsync(client, "FIRST"),
        WriteAsync(client, "SECOND"),
        ImportAsync(client),
        ReadAsync("secrets.injected", () => client.GetAsync($"{Production}/injection")),
        ReadAsync("deployment.variables_read", () => client.GetAsync($"/deployments/{deployment}/variables")),
        ReadAsync("secret.revealed", () => client.PostAsync($"{Production}/secrets/{revealed}/reveal", "{}")));

    private async Task WriteAsync(ApiClient client, string writer)
    {
        var step = 0;
        while (true)
        {
            step++;
            var key = $"{writer}_{step % SecretsOfOne}";
            var before = ledger.Secrets.GetValueOrDefault(key, new SecretState(Id: null, Value: null));
            var value = step % StepsToDeletion == 0 && before.Value is not null ? null : ledger.NextValue();
            ledger.Secrets[key] = before with { IsUnderWay = true, Attempted = value };
            if (await AnswerAsync(() => ChangeAsync(client, key, before, value)) is not { } answer)
            {
                return;
            }

            ledger.Secrets.AddOrUpdate(key, new SecretState(value is null ? null : answer.Id, value), (_, _) => new SecretState(value is null ? null : answer.Id, value));
        }
    }

    private static Task<ApiAnswer> ChangeAsync(ApiClient client, string key, SecretState before, string? value) =>
        value is null ? client.DeleteAsync($"{Production}/secrets/{before.Id}")
        : before.Value is null ? client.PostAsync($"{Production}/secrets", new { key, value })
        : client.PutAsync($"{Production}/secrets/{before.Id}", new { value });

    // Two secrets in one change: both or none.
    private async Task ImportAsync(ApiClient client)
    {
        string[] keys = ["IMPORTED_1", "IMPORTED_2"];
        while (true)
        {
            var value = ledger.NextValue();
            foreach (var key in keys)
            {
                ledger.Secrets[key] = ledger.Secrets.GetValueOrDefault(key, new SecretState(Id: null, Value: null)) with { IsUnderWay = true, Attempted = value };
            }

            if (await AnswerAsync(() => client.PostAsync($"{Production}/secrets/import", keys.ToDictionary(key => key, _ => value, StringComparer.Ordinal))) is null)
            {
                return;
            }

            foreach (var key in keys)
            {
                ledger.Secrets[key] = new SecretState(Id: null, value);
            }
        }
    }

    private async Task ReadAsync(string eventName, Func<Task<ApiAnswer>> read)
    {
        while (await AnswerAsync(read) is not null)
        {
            ledger.Received(eventName);
        }
    }

    // Null where the connection broke, or the service says that its database has gone: the round is over.
    private static async Task<ApiAnswer?> AnswerAsync(Func<Task<ApiAnswer>> send)
    {
        try
        {
            var answer = await send();
            return answer.Status switch
            {
                200 or 201 => answer,
                500 or 503 => null,
                _ => throw new InvalidOperationException($"A client was refused: {answer.Text}"),
            };
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
