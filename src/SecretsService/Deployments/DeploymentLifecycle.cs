using SecretsService.Outcomes;
using SecretsService.Storage.Rows;

namespace SecretsService.Deployments;

/// <summary>
/// Which way a deployment may go: pending, then deploying, then deployed or failed. One that is given up before it begins has failed, too; one that
/// has ended stays as it is.
/// </summary>
internal static class DeploymentLifecycle
{
    private static readonly Dictionary<DeploymentState, DeploymentState[]> Next = new()
    {
        [DeploymentState.Pending] = [DeploymentState.Deploying, DeploymentState.Failed],
        [DeploymentState.Deploying] = [DeploymentState.Deployed, DeploymentState.Failed],
        [DeploymentState.Deployed] = [],
        [DeploymentState.Failed] = [],
    };

    /// <summary>True where nothing comes after the state.</summary>
    public static bool IsFinal(DeploymentState state) => Next[state] is [];

    /// <summary>What stands against a step; null where nothing does.</summary>
    public static Failure? Refuse(DeploymentState from, DeploymentState to) => Next[from].Contains(to) ? null
        : IsFinal(from) ? Failure.StateConflict(
            $"The deployment has {Ended(from)}, and stays so. Make a new one with POST .../deployments, or go back to an earlier one with POST .../rollback.")
        : Failure.StateConflict($"The deployment is {Word(from)}, and can only become {string.Join(" or ", Next[from].Select(Word))} from there, not {Word(to)}.");

    private static string Ended(DeploymentState state) => state == DeploymentState.Deployed ? "been deployed" : "failed";

    private static string Word(DeploymentState state) => state switch
    {
        DeploymentState.Pending => "pending",
        DeploymentState.Deploying => "deploying",
        DeploymentState.Deployed => "deployed",
        DeploymentState.Failed => "failed",
    };
}
