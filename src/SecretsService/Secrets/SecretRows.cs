using SecretsService.Access;
using SecretsService.Scopes;
using SecretsService.Storage.Rows;

namespace SecretsService.Secrets;

/// <summary>Makes the rows of new secrets.</summary>
internal static class SecretRows
{
    /// <summary>A secret with its first version to come, and nothing but its name said of it.</summary>
    public static SecretRow New(Caller caller, SecretScope scope, SecretName name, DateTimeOffset now) => New(caller, scope, name, now, null, isWithheld: false);

    /// <summary>A secret with its first version to come, or a tombstone, which has none.</summary>
    public static SecretRow New(Caller caller, SecretScope scope, SecretName name, DateTimeOffset now, string? secretType, bool isWithheld) => new()
    {
        AccountId = caller.AccountId,
        Id = Guid.CreateVersion7(now),
        SiteId = scope.SiteId,
        AppId = scope.AppId,
        EnvironmentType = scope.EnvironmentType,
        EnvironmentId = scope.EnvironmentId,
        Name = name.Text,
        IsSecret = true,
        IsWithheld = isWithheld,
        SecretType = secretType,
        Version = isWithheld ? 0 : 1,
        CreatedAt = now,
        CreatedBy = caller.ApiKeyName,
        UpdatedAt = now,
        UpdatedBy = caller.ApiKeyName,
    };
}
