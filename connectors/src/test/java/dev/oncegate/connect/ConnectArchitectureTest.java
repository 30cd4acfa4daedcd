package dev.oncegate.connect;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.oncegate.connect.record.ActionCommandConverter;
import dev.oncegate.connect.record.GateRecordConverter;
import dev.oncegate.connect.wire.Wire;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** The walls of this part of the house. */
@AnalyzeClasses(
    packages = "dev.oncegate.connect",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ConnectArchitectureTest {

  @ArchTest
  static final ArchRule whatDecidesKnowsNeitherKafkaNorHttpNorTheClock =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.oncegate.connect.policy",
              "dev.oncegate.connect.flow",
              "dev.oncegate.connect.route")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "java.net.http..",
              "dev.oncegate.connect.http..",
              "dev.oncegate.connect.wire..",
              "dev.oncegate.connect.run..")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(ThreadLocalRandom.class);

  @ArchTest
  static final ArchRule onePlaceOfEachPlugInKnowsTheSerde =
      noClasses()
          .that()
          .doNotBelongToAnyOf(Wire.class, ActionCommandConverter.class, GateRecordConverter.class)
          .should()
          .dependOnClassesThat(resideInAPackage("dev.oncegate.serde.."));

  @ArchTest
  static final ArchRule theGateItselfIsNotUsed =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.oncegate.core..",
              "dev.oncegate.config",
              "dev.oncegate.cli",
              "dev.oncegate.gate");
}
