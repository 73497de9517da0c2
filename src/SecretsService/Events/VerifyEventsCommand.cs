using Microsoft.EntityFrameworkCore;
using SecretsService.Contracts;
using SecretsService.Storage;

namespace SecretsService.Events;

/// <summary>What <c>--verify-events</c> does: verifies the audit trail of every account in the database.</summary>
internal sealed class VerifyEventsCommand(IServiceScopeFactory scopes)
{
    /// <summary>Verifies, and writes a line for each account.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The exit code: 0 where every trail is whole, else 1.</returns>
    public async Task<int> RunAsync(TextWriter output, CancellationToken cancellation)
    {
        var broken = 0;
        var accounts = await WithServicesAsync(services => services.GetRequiredService<SecretsDbContext>().Accounts
            .OrderBy(a => a.Id).Select(a => a.Id).ToListAsync(cancellation));
        foreach (var account in accounts)
        {
            var found = await WithServicesAsync(services => services.GetRequiredService<ChainVerification>().VerifyAsync(account, cancellation));
            await output.WriteLineAsync($"{account}  {Sentence(found)}");
            broken += found.Ok ? 0 : 1;
        }

        await output.WriteLineAsync(broken == 0
            ? $"The audit trails of {accounts.Count} account(s) are whole."
            : $"The audit trails of {broken} of {accounts.Count} account(s) are BROKEN.");
        return broken == 0 ? 0 : 1;
    }

    private static string Sentence(EventVerification found) => found.Problem is { } problem
        ? $"BROKEN ({problem.Kind}{(problem.Id is { } id ? $", id {id}" : "")}): {problem.Message}"
        : found.FirstSeq is null ? "whole: no records"
        : $"whole: records {found.FirstSeq} to {found.LastSeq}, hash {found.Head.Hash}";

    private async Task<T> WithServicesAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AccountScope>().EnterAll();
        return await work(scope.ServiceProvider);
    }
}
