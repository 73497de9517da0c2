using FluentValidation;
using Microsoft.EntityFrameworkCore;
using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Storage;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>Makes and uses up deployment tokens: each reads the frozen map of one deployment a few times, and for minutes.</summary>
internal sealed class DeploymentTokens(SecretsDbContext db, EventTrail events, TimeProvider clock)
{
    private const int DefaultUses = 1;
    private const int DefaultTtlSeconds = 900;

    /// <summary>Makes a token. It is in the answer and nowhere else: the database has its hash, and the audit record neither.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="deploymentId">The deployment that it is for.</param>
    /// <param name="request">How often and how long it is good.</param>
    /// <param name="until">When the credential that asks ends, which what it makes does not outlive; null for never.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<Outcome<DeploymentToken>> CreateAsync(
        Caller caller, Guid deploymentId, CreateDeploymentToken request, DateTimeOffset? until, CancellationToken cancellation)
    {
        await using var change = await AccountTransaction.BeginAsync(db, caller.AccountId, cancellation);
        var deployment = await db.Deployments.AsNoTracking().SingleOrDefaultAsync(d => d.AccountId == caller.AccountId && d.Id == deploymentId, cancellation);
        if (deployment is null)
        {
            return Failure.NotFound("Deployment not found");
        }

        if (deployment.State == DeploymentState.Failed)
        {
            return Failure.StateConflict("The deployment has failed, so that nothing is to start with its variables. Make a new deployment, and a token for that one.");
        }

        // Under the lock that a delete takes, too: a key that is gone by now makes nothing that would outlive it.
        if (!await db.ApiKeys.AnyAsync(k => k.AccountId == caller.AccountId && k.Id == caller.ApiKeyId, cancellation))
        {
            return Failure.Forbidden("This API key was deleted a moment ago, so that it makes no token.");
        }

        var token = Add(caller, deploymentId, request, until);
        await events.AppendAsync(
            caller,
            EventNames.DeploymentTokenCreated,
            EventSubject.Of(deployment),
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["number"] = deployment.Number,
                ["uses"] = token.Uses,
                ["expires_at"] = token.ExpiresAt,
            },
            cancellation);
        await db.SaveChangesAsync(cancellation);
        await change.CommitAsIsAsync(cancellation);
        return token;
    }

    /// <summary>
    /// Uses a token once, within the transaction that is open: the use counts if that commits. Of several requests at once, each with a transaction
    /// of its own that reads what is committed (the default isolation), no more get true than there were uses left; the others wait for them to end.
    /// </summary>
    /// <param name="caller">The caller that the token authenticated.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>
    /// False where the token is dead by now, or the caller is no deployment token. Answer it with <c>Results.Challenge()</c>: the 401 of a token that
    /// was dead before.
    /// </returns>
    public async Task<bool> UseAsync(Caller caller, CancellationToken cancellation)
    {
        var now = clock.Now();
        return await db.DeploymentTokens
            .Where(t => t.AccountId == caller.AccountId && t.Id == caller.ApiKeyId && t.DeploymentId == caller.DeploymentId)
            .Where(t => t.UsesLeft > 0 && t.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsesLeft, t => t.UsesLeft - 1), cancellation) == 1;
    }

    private DeploymentToken Add(Caller caller, Guid deploymentId, CreateDeploymentToken request, DateTimeOffset? until)
    {
        var now = clock.Now();
        var end = now.AddSeconds(request.TtlSeconds ?? DefaultTtlSeconds);
        var token = ApiToken.GenerateForDeployment();
        var row = new DeploymentTokenRow
        {
            AccountId = caller.AccountId,
            Id = Guid.CreateVersion7(now),
            DeploymentId = deploymentId,
            ApiKeyId = caller.ApiKeyId,
            TokenHash = ApiToken.HashOf(token),
            UsesLeft = request.Uses ?? DefaultUses,
            ExpiresAt = until < end ? until.Value : end,
            CreatedAt = now,
            CreatedBy = caller.ApiKeyName,
        };
        db.DeploymentTokens.Add(row);
        return new DeploymentToken { Token = token, DeploymentId = deploymentId, Uses = row.UsesLeft, ExpiresAt = row.ExpiresAt };
    }
}

internal sealed class CreateDeploymentTokenValidator : AbstractValidator<CreateDeploymentToken>
{
    private const int MaxUses = 100;
    private const int MaxTtlSeconds = 86_400;

    public CreateDeploymentTokenValidator()
    {
        RuleFor(t => t.Uses).Must(uses => uses is null or (>= 1 and <= MaxUses)).WithMessage($"Must be a number from 1 to {MaxUses}.");
        RuleFor(t => t.TtlSeconds)
            .Must(seconds => seconds is null or (>= 1 and <= MaxTtlSeconds))
            .WithMessage($"Must be a number of seconds from 1 to {MaxTtlSeconds}, which is a day.");
    }
}
