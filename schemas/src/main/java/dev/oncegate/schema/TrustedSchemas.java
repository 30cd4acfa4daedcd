package dev.oncegate.schema;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the generated classes of this package may be made from schemas. Since 1.12.2 Avro
 * refuses every class that nobody vouched for, builders included.
 */
public final class TrustedSchemas {
  static {
    String ours = TrustedSchemas.class.getPackageName();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(ours)));
  }

  private TrustedSchemas() {}

  /**
   * Vouches for the classes, once for the process. To be called before the first of them is built
   * or read.
   */
  public static void trust() {
    // The static initialiser has done it.
  }
}
