using SecretsService.Outcomes;

namespace SecretsService.Http;

/// <summary>A handler's argument that is read from the request, and that may have been impossible to read.</summary>
internal interface IRequestPart
{
    /// <summary>Why it could not be read, or null where it could: the handler runs only then.</summary>
    Failure? Failure { get; }
}
