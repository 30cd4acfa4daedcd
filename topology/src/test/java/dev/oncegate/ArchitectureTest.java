package dev.oncegate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The walls of the house. */
@AnalyzeClasses(packages = "dev.oncegate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /**
   * A list of what is allowed, so that what nobody thought of is not: no Kafka, no Avro, no HTTP,
   * no clock (java.time), no files, no logging. The canonicalizer of numbers declares an
   * IOException.
   */
  @ArchTest
  static final ArchRule theCoreKnowsNothingButPlainJavaAndItself =
      classes()
          .that()
          .resideInAPackage("dev.oncegate.core..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                      "dev.oncegate.core..",
                      "java.lang..",
                      "java.util",
                      "java.util.function",
                      "java.util.stream",
                      "java.nio",
                      "java.nio.charset",
                      "java.security",
                      "org.jspecify.annotations",
                      "org.erdtman.jcs")
                  .or(type(IOException.class)));

  @ArchTest
  static final ArchRule theCoreIsToldTheTimeAndNeverAsks =
      noClasses()
          .that()
          .resideInAPackage("dev.oncegate.core..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Timer.class);

  @ArchTest
  static final ArchRule theSameInputGivesTheSameDecisionsForTheCoreHasNoChanceInIt =
      noClasses()
          .that()
          .resideInAPackage("dev.oncegate.core..")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Random.class, SecureRandom.class, ThreadLocalRandom.class, UUID.class)
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule theIntakeKnowsNeitherGuardNorLedger =
      noClasses()
          .that()
          .resideInAPackage("dev.oncegate.core.intake..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.oncegate.core.guard..", "dev.oncegate.core.ledger..");

  @ArchTest
  static final ArchRule guardAndLedgerDoNotKnowEachOther =
      slices().matching("dev.oncegate.core.(guard|ledger)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule noRoomsOfTheCoreFormACycle =
      slices().matching("dev.oncegate.core.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that(resideOutsideOfPackage("dev.oncegate.cli.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.oncegate.cli..");

  @ArchTest
  static final ArchRule theGateDoesNotKnowItsOperations =
      noClasses()
          .that()
          .resideInAPackage("dev.oncegate.gate..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.oncegate.ops..");

  @ArchTest
  static final ArchRule onlyTheCommandLineKnowsTheOperations =
      noClasses()
          .that(resideOutsideOfPackages("dev.oncegate.ops..", "dev.oncegate.cli.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.oncegate.ops..");

  @ArchTest
  static final ArchRule noClassIsNamedAfterItsMechanism =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Impl");
}
