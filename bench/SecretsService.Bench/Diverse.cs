using SecretsService.Testing;

namespace SecretsService.Bench;

/// <summary>
/// What wrk sends where many deployments start at once: 64 API keys of one account, each for every one of 16 environments, 1,024 different requests in all.
/// </summary>
internal static class Diverse
{
    private const int Keys = 64;
    private const int Environments = 16;

    /// <summary>Sees to it that the account has the keys and the environments, and writes the script that sends the requests in turns.</summary>
    /// <returns>The script's path.</returns>
    public static async Task<string> PrepareAsync(SecretsServer server, Account account)
    {
        await account.HasSiteAsync("diverse", [.. Enumerable.Range(0, Environments).Select(n => $"pr-{n}")]);
        var tokens = new List<string>();
        foreach (var _ in Enumerable.Range(0, Keys))
        {
            tokens.Add((await server.NewKeyOfAsync(account)).Token);
        }

        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            script,
            $$"""
            local tokens = { {{string.Join(", ", tokens.Select(t => $"\"{t}\""))}} }
            local requests, next = {}, 0
            init = function()
              for environment = 0, {{Environments - 1}} do
                for _, token in ipairs(tokens) do
                  local path = "{{ApiClient.Api}}/sites/diverse/environments/pr-" .. environment .. "/injection"
                  requests[#requests + 1] = wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
                end
              end
            end
            request = function()
              next = next % #requests + 1
              return requests[next]
            end
            """);
        return script;
    }
}
