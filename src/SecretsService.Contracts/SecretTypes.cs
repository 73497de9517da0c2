using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecretsService.Contracts;

/// <summary>How a typed secret reaches a deployment.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SecretTypeInjection>))]
public enum SecretTypeInjection
{
    /// <summary>As one variable that holds the whole object as compact JSON.</summary>
    [JsonStringEnumMemberName("json")]
    Json,

    /// <summary>As one variable a field: the field <c>clientId</c> of the secret <c>GITHUB</c> is <c>GITHUB_CLIENT_ID</c>.</summary>
    [JsonStringEnumMemberName("fields")]
    Fields,
}

/// <summary>A secret type: what the value of a secret of that type must be.</summary>
public sealed record SecretType
{
    /// <summary>What requests call it, unique within the account.</summary>
    public required string Key { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What the values must be: a JSON Schema.</summary>
    public required JsonElement Schema { get; init; }

    /// <summary>How its secrets reach a deployment.</summary>
    public required SecretTypeInjection Injection { get; init; }

    /// <summary>What it is for, or null.</summary>
    public required string? Description { get; init; }

    /// <summary>True for the types that the service brings along, which cannot be changed.</summary>
    public required bool IsSystem { get; init; }

    /// <summary>When it was created, in UTC; null for a type that the service brings along.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it last changed, in UTC; null for a type that the service brings along.</summary>
    public required DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>What creates a secret type.</summary>
public sealed record CreateSecretType
{
    /// <summary>What people call it: 1 to 255 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What requests call it: 1 to 64 of <c>a-z 0-9 - _</c>. It cannot be changed later.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// A JSON Schema with <c>"type": "object"</c> at its root. A keyword that the service does not enforce is refused.
    /// </summary>
    [DisallowNull]
    public required JsonElement? Schema { get; init; }

    /// <summary>How its secrets reach a deployment. Default: <c>json</c>.</summary>
    [DisallowNull]
    public SecretTypeInjection? Injection { get; init; }

    /// <summary>What it is for: up to 1,024 characters.</summary>
    [DisallowNull]
    public string? Description { get; init; }
}

/// <summary>What changes a secret type: any of its members, and none is left as it is.</summary>
public sealed record UpdateSecretType
{
    /// <inheritdoc cref="CreateSecretType.Name"/>
    [DisallowNull]
    public string? Name { get; init; }

    /// <summary>A new JSON Schema, by the rules for creating one. The values that exist must satisfy it.</summary>
    [DisallowNull]
    public JsonElement? Schema { get; init; }

    /// <summary>How its secrets reach a deployment from now on.</summary>
    [DisallowNull]
    public SecretTypeInjection? Injection { get; init; }

    /// <summary>What it is for, up to 1,024 characters; null clears it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Clearable<string?> Description { get; init; }
}
