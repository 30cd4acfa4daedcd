package dev.oncegate.gate.store;

/**
 * A run within its scope: where scopes are agents or tenants, two of them may name their runs
 * alike.
 */
public record RunId(String scope, String runId) {

  /** Length-prefixed, so that no two runs share their bytes. */
  public byte[] toBytes() {
    return new BinaryWriter().writeText(scope).writeText(runId).toBytes();
  }

  static RunId fromBytes(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    return new RunId(in.readText(), in.readText());
  }
}
